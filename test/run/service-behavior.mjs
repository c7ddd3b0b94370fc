// @ts-check
// `npm run docs:service`: writes the table of docs/service-behavior.md from the checks of the command `contract`, and what
// docs/troubleshooting.md says of each code from provider/contract/codes.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./project.mjs";

const load = createRequire(join(root, "dist", "test", "helpers", "made-documents.js"));
const { between, table } = load("./made-documents.js");
const { rows } = load("../../cli/contract/rows.js");

const page = join(root, "docs", "service-behavior.md");
writeFileSync(page, between(readFileSync(page, "utf8"), "checks", table(rows)));

const codes = createRequire(join(root, "dist", "cli", "explain.js"))("./explain.js");
const troubleshooting = join(root, "docs", "troubleshooting.md");
writeFileSync(troubleshooting, between(readFileSync(troubleshooting, "utf8"), "codes", codes.codesInMarkdown()));
