import type { Language } from "./tree";

/** An object that a test puts into a workspace, whatever the API would say to it: over 10 MB, a library, a folder's namesake. */
export type Seed = {
    /** Direct permissions, by principal such as `group_name:data-team` or `user_name:a@example.com`. */
    readonly permissions?: Readonly<Record<string, string>>;
    /** When it was changed last, in milliseconds since 1970. Default: now. */
    readonly modifiedAt?: number;
    /** The email of who changed a notebook last in the browser. Default: somebody, whom nobody asks for. */
    readonly editedBy?: string;
} & (
    | { readonly type: "DIRECTORY" | "LIBRARY" }
    | {
          readonly type: "NOTEBOOK";
          readonly language?: Language;
          readonly source?: string | Buffer;
          readonly outputs?: readonly unknown[];
          readonly extras?: unknown;
          readonly environment?: unknown;
      }
    | { readonly type: "FILE" | "DASHBOARD"; readonly bytes?: string | Buffer }
    | {
          readonly type: "REPO";
          readonly url: string;
          readonly branch?: string;
          /** Whether it has Git CLI access: then lists show it as a DIRECTORY. */
          readonly cli?: boolean;
          /** The folders of the repository that alone are checked out. Default: all. */
          readonly sparse?: readonly string[];
      }
);

type Options = Pick<Seed, "permissions" | "modifiedAt" | "editedBy">;

/** Seeds by what they are, for `workspace.seed({"/Shared/etl": notebook("print(1)")})`. */
export const seeds = {
    /** A folder. */
    folder: (options: Options = {}): Seed => ({ type: "DIRECTORY", ...options }),
    /** A notebook with its source code and, perhaps, outputs. */
    notebook: (
        source: string | Buffer = "",
        options: Options & {
            language?: Language;
            outputs?: readonly unknown[];
            extras?: unknown;
            environment?: unknown;
        } = {},
    ): Seed => ({ type: "NOTEBOOK", source, ...options }),
    /** A file of any bytes. */
    file: (bytes: string | Buffer = "", options: Options = {}): Seed => ({ type: "FILE", bytes, ...options }),
    /** Its path has to end with `.lvdash.json`. */
    dashboard: (bytes: string | Buffer = "{}", options: Options = {}): Seed => ({
        type: "DASHBOARD",
        bytes,
        ...options,
    }),
    /** A library, which has no content that could be exported. */
    library: (options: Options = {}): Seed => ({ type: "LIBRARY", ...options }),
    /** A Git folder of a repository, by its URL, with the files of the branch (`cloud.gitRemotes`). */
    repo: (
        url: string,
        options: Options & { branch?: string; cli?: boolean; sparse?: readonly string[] } = {},
    ): Seed => ({
        type: "REPO",
        url,
        ...options,
    }),
};

/**
 * Seeds for this many notebooks: a hundred in a folder, of all languages, every second one with outputs.
 *
 * @param sourceBytes how long each one's code is at least
 */
export function manyNotebooks(count: number, below = "/Shared/many", sourceBytes = 0): Record<string, Seed> {
    const languages: readonly Language[] = ["PYTHON", "SQL", "SCALA", "R"];
    return Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
            `${below}/folder-${Math.floor(index / 100)}/notebook-${index}`,
            seeds.notebook(`print(${index})`.padEnd(sourceBytes, " "), {
                language: languages[index % languages.length],
                ...(index % 2 === 0 ? { outputs: [{ data: { "text/plain": String(index) } }] } : {}),
            }),
        ]),
    );
}
