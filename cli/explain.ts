import { closestName } from "../provider/contract/closest-name";
import { codes, isCode, type Situation } from "../provider/contract/codes";
import { type Command, UsageError } from "./command";

/** `explain`: what a code at the end of a message means. */
export const explain: Command = {
    summary: "Says what the code at the end of an error or a warning means, and what to do.",
    positionals: "<code>",
    options: {},
    run: async (_, [given, ...more], { out }) => {
        const code = (given ?? "").toUpperCase().replace(/^\[|\]$/g, "");
        if (more.length > 0 || given === undefined) throw new UsageError("explain takes one code, such as CMK3001");
        if (!isCode(code)) {
            const closest = closestName(code, Object.keys(codes));
            const hint = closest === undefined ? "" : ` Did you mean ${closest}?`;
            throw new UsageError(`There is no code ${given}.${hint}`);
        }
        out(`${code}: ${codes[code].title}`);
        out(wrapped(codes[code].text, 100));
        return 0;
    },
};

/** Every code with its paragraph, in Markdown, for `docs/troubleshooting.md`. */
export function codesInMarkdown(): string {
    const all: [string, Situation][] = Object.entries(codes);
    return all.map(([code, { title, text }]) => `### ${code}\n\n${wrapped(`**${title}.** ${text}`, 140)}`).join("\n\n");
}

/** A paragraph in lines of at most so many characters. */
function wrapped(paragraph: string, width: number): string {
    return paragraph.replace(new RegExp(`(.{1,${width}})(?: |$)`, "g"), "$1\n").trimEnd();
}
