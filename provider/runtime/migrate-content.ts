import { z } from "zod";

import { ConfigurationError } from "../api/errors";
import { chosenContentKinds, isChosenContentKind } from "../contract/content-kinds";
import { findingKinds, unknownAccepts } from "../contract/finding-kinds";
import { FORMER_HOMES_FORM, isFormerHomesFolder } from "../contract/former-homes";

const accept = z
    .array(z.string("must be a string"), "must be a list of paths and kinds")
    .superRefine((list, context) => {
        const [strange] = unknownAccepts(list);
        if (strange !== undefined)
            context.addIssue({
                code: "custom",
                message: `must hold paths that begin with /, or kinds (${findingKinds.join(", ")}), not "${strange}"`,
            });
    });

const from = z.array(
    z.string("must be a string").regex(/^\d{1,20}$/, "must be the id of a workspace: a number, as a string"),
);

const kinds = z.array(
    z.string("must be a string").refine(isChosenContentKind, `must be one of ${chosenContentKinds.join(", ")}`),
    "must be a list of kinds of content",
);

const formerHomes = z.string("must be a path").refine(isFormerHomesFolder, FORMER_HOMES_FORM);

const FORM =
    'must be true, false, or { accept: [...], from: [...], kinds: [...], people: false, formerHomes: "/..." } with a list of paths and kinds of findings, a list of ids of workspaces, the kinds of content to copy, whether people come along, and the path of a folder';

/** What `migrateContent` may be. */
export const migrateContentSchema = z.union(
    [
        z.boolean(),
        z.strictObject(
            {
                accept: accept.optional(),
                from: from.optional(),
                kinds: kinds.optional(),
                people: z.boolean("must be true or false").optional(),
                formerHomes: formerHomes.optional(),
            },
            FORM,
        ),
    ],
    FORM,
);

/** Whether the content of a replaced workspace is copied, and what may be left behind. */
export type MigrateContent = z.infer<typeof migrateContentSchema>;

/** Reads `databricks:migrateContent`: `true`, `false`, or an object as JSON, which structured configuration becomes. */
export function readMigrateContent(value: string | undefined): MigrateContent {
    if (value === undefined || value === "") return true;
    const { data, error } = migrateContentSchema.safeParse(parsed(value));
    if (data !== undefined) return data;
    const { path = [], message = "is not of its form" } = error?.issues[0] ?? {};
    const name = ["databricks:migrateContent", ...path.map(String)].join(".");
    throw new ConfigurationError(`The configuration ${name} ${message}; it is ${value.slice(0, 200)}.`);
}

/** What a value of the configuration holds as JSON, which structured configuration becomes; if it is not JSON, `otherwise`. */
export function parsed(value: string, otherwise: unknown = value): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return otherwise;
    }
}
