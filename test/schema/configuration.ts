import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What signs in, of which `docs/configuration.md` has the sources and the methods. */
const CREDENTIAL = {
    host: { description: "Origin of the account console. Default: `https://accounts.cloud.databricks.com`." },
    accountId: { description: "Id of the Databricks account (a uuid)." },
    authType: { description: "The authentication method, by the name that Databricks tools give it." },
    clientId: { description: "Application id of a service principal." },
    clientSecret: { description: "OAuth secret of the service principal.", secret: true },
    token: { description: "Access token of an account admin.", secret: true },
    profile: { description: "Name of a profile in `~/.databrickscfg`." },
};

/** The configuration variables: what signs in, and the settings in the table of `docs/configuration.md`. */
export function configuration(): Record<string, Readonly<Record<string, unknown>>> {
    const page = readFileSync(join(__dirname, "../../../docs/configuration.md"), "utf8");
    const rows = [...page.matchAll(/^\| `databricks:(\w+)` +\| (.+?) +\| (.+?) +\|$/gm)];
    const settings = rows
        .filter(([, , , standard = ""]) => !standard.startsWith("`DATABRICKS_"))
        .map(
            ([, name = "", meaning = "", standard = ""]) =>
                [name, { description: describe(meaning, standard) }] as const,
        );
    const all = { ...CREDENTIAL, ...Object.fromEntries(settings.filter(([name]) => !(name in CREDENTIAL))) };
    return Object.fromEntries(Object.entries(all).map(([name, variable]) => [name, { type: "string", ...variable }]));
}

function describe(meaning: string, standard: string): string {
    const text = `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}. Default: ${standard}.`;
    return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}
