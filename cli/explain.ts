import { readFileSync } from "node:fs";
import { join } from "node:path";

import { closestName } from "../provider/contract/closest-name";
import { isCode } from "../provider/contract/coded-message";
import { codes, type Situation } from "../provider/contract/codes";
import { findingKinds } from "../provider/contract/finding-kinds";
import { type Command, UsageError } from "./command";

/** `explain`: what a code at the end of a message means, or the kind of a finding. */
export const explain: Command = {
    summary: "Says what the code at the end of an error or a warning means, or the kind of a finding, and what to do.",
    positionals: "<code>",
    options: {},
    run: async (_, [given, ...more], { out }) => {
        const code = (given ?? "").toUpperCase().replace(/^\[|\]$/g, "");
        if (more.length > 0 || given === undefined) throw new UsageError("explain takes one code, such as CMK3001");
        const kind = findingKinds.find((one) => one !== "others" && one === given.replace(/^\[|\]$/g, ""));
        if (kind !== undefined) {
            out(`${kind}: a kind of finding of a copy that is not complete (CMK3006)`);
            out(
                wrapped(
                    `${meaningOf(kind)} To leave it behind, accept it by its name (migrateContent.accept, --accept).`,
                    100,
                ),
            );
            return 0;
        }
        if (!isCode(code)) {
            const closest = closestName(code, [...Object.keys(codes), ...findingKinds]);
            const hint = closest === undefined ? "" : ` Did you mean ${closest}?`;
            throw new UsageError(`There is no code ${given}.${hint}`);
        }
        out(`${code}: ${codes[code].title}`);
        out(wrapped(codes[code].text, 100));
        return 0;
    },
};

/** What a kind of finding means, and what to do, as the table of docs/replacing-a-workspace.md has it. */
export function meaningOf(kind: string): string {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "replacing-a-workspace.md"), "utf8");
    const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    const [, , what = "", remedy = ""] = rows.find(([, name]) => name?.split(", ").includes(`\`${kind}\``)) ?? [];
    if (what === "") return "";
    return remedy === ""
        ? `It is not copied. Other tools that move it: ${what}.`
        : `Why: ${what}. What to do: ${remedy}.`;
}

/** Every code with its paragraph, in Markdown, for `docs/troubleshooting.md`. */
export function codesInMarkdown(): string {
    const all: [string, Situation][] = Object.entries(codes);
    return all.map(([code, { title, text }]) => `### ${code}\n\n${wrapped(`**${title}.** ${text}`, 140)}`).join("\n\n");
}

/** A paragraph in lines of at most so many characters. */
function wrapped(paragraph: string, width: number): string {
    return paragraph.replace(new RegExp(`(.{1,${width}})(?: |$)`, "g"), "$1\n").trimEnd();
}
