import { invalid } from "../http";
import type { Principal } from "./principal";

type Test = (principal: Principal) => boolean;

/** What a filter can ask about, in lower case: the service reads names of attributes without regard to case. */
const attributes: Readonly<Record<string, (principal: Principal) => string | undefined>> = {
    id: ({ id }) => id,
    username: ({ kind, name }) => (kind === "group_name" ? undefined : name),
    displayname: ({ displayName }) => displayName,
    applicationid: ({ kind, name }) => (kind === "service_principal_name" ? name : undefined),
    externalid: ({ externalId }) => externalId,
};

const operators: Readonly<Record<string, (value: string | undefined, wanted: string) => boolean>> = {
    eq: (value, wanted) => value === wanted,
    ne: (value, wanted) => value !== wanted,
    co: (value, wanted) => value?.includes(wanted) === true,
    sw: (value, wanted) => value?.startsWith(wanted) === true,
};

/**
 * The filter of a list: `userName eq "ada@example.com"`, and several of these with `and` and `or` between them; `and` binds
 * more. Throws `ApiError`.
 */
export function filterOf(text: string): Test {
    let rest = text.trim();
    const alternatives: Test[][] = [[]];
    for (;;) {
        const [clause, attribute, operator, quoted, other, bare] =
            /^(\w+)\s+(\w+)\s+(?:"([^"]*)"|'([^']*)'|([^\s"']+))/.exec(rest) ?? [];
        if (clause === undefined) throw invalid(`The filter ${text} is not supported.`);
        alternatives.at(-1)?.push(testOf(text, attribute, operator, quoted ?? other ?? bare ?? ""));
        rest = rest.slice(clause.length);
        if (rest === "") return (principal) => alternatives.some((tests) => tests.every((test) => test(principal)));
        const [joint, word] = /^\s+(and|or)\s+/i.exec(rest) ?? [];
        if (joint === undefined) throw invalid(`The filter ${text} is not supported.`);
        if (word?.toLowerCase() === "or") alternatives.push([]);
        rest = rest.slice(joint.length);
    }
}

function testOf(text: string, attribute = "", operator = "", wanted: string): Test {
    const read = new Map(Object.entries(attributes)).get(attribute.toLowerCase());
    const compare = new Map(Object.entries(operators)).get(operator.toLowerCase());
    if (read === undefined || compare === undefined) throw invalid(`The filter ${text} is not supported.`);
    return (principal) => compare(read(principal)?.toLowerCase(), wanted.toLowerCase());
}
