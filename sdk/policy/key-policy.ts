import { DATABRICKS_AWS_ACCOUNT } from "../policy-documents";
import { isRecord } from "./property-access";

/** What Databricks needs to do with a key, by use case. */
const needed: Readonly<Record<string, readonly string[]>> = {
    MANAGED_SERVICES: ["kms:encrypt", "kms:decrypt"],
    STORAGE: [
        "kms:encrypt",
        "kms:decrypt",
        "kms:reencrypt*",
        "kms:reencryptfrom",
        "kms:reencryptto",
        "kms:generatedatakey*",
        "kms:generatedatakey",
        "kms:generatedatakeywithoutplaintext",
        "kms:describekey",
        "kms:creategrant",
        "kms:listgrants",
        "kms:revokegrant",
    ],
};

interface Statement {
    readonly allows: boolean;
    readonly principals: readonly string[];
    readonly actions: readonly string[];
    readonly conditional: boolean;
}

/** Whether a key policy's text lets Databricks encrypt and decrypt. A text that is no policy does not. */
export function letsDatabricksEncrypt(policy: string): boolean {
    const concerning = statements(policy).filter(({ principals }) => principals.some(isDatabricks));
    return ["kms:encrypt", "kms:decrypt"].every((action) => {
        const about = concerning.filter(({ actions }) => actions.some((pattern) => covers(pattern, action)));
        return about.some(({ allows }) => allows) && !about.some(({ allows, conditional }) => !allows && !conditional);
    });
}

/** What a key policy allows beyond the use cases: to Databricks, or to everybody. */
export function excess(policy: string, useCases: readonly string[]): string[] {
    const allowed = new Set(useCases.flatMap((useCase) => needed[useCase] ?? []));
    return statements(policy).flatMap(({ allows, principals, actions, conditional }) => {
        if (!allows) return [];
        if (principals.includes("*") && !conditional) return [`everybody may ${actions.join(", ")}`];
        if (!principals.some((principal) => principal !== "*" && isDatabricks(principal))) return [];
        const more = actions.filter((action) => !allowed.has(action));
        return more.length === 0 ? [] : [`Databricks may ${more.join(", ")}`];
    });
}

function isDatabricks(principal: string): boolean {
    return (
        principal === "*" ||
        principal === DATABRICKS_AWS_ACCOUNT ||
        principal.startsWith(`arn:aws:iam::${DATABRICKS_AWS_ACCOUNT}:`)
    );
}

function statements(policy: string): Statement[] {
    let document: unknown;
    try {
        document = JSON.parse(policy);
    } catch {
        return [];
    }
    const given = isRecord(document) ? document["Statement"] : undefined;
    return (Array.isArray(given) ? given : [given]).filter(isRecord).map((statement) => {
        const principal = statement["Principal"];
        return {
            allows: statement["Effect"] === "Allow",
            principals: texts(isRecord(principal) ? principal["AWS"] : principal),
            actions: texts(statement["Action"]).map((action) => action.toLowerCase()),
            conditional: statement["Condition"] !== undefined,
        };
    });
}

function texts(value: unknown): string[] {
    return (Array.isArray(value) ? value : [value]).flatMap((one) => (typeof one === "string" ? [one] : []));
}

function covers(pattern: string, action: string): boolean {
    return pattern === action || (pattern.endsWith("*") && action.startsWith(pattern.slice(0, -1)));
}
