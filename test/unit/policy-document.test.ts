import { expect } from "chai";
import fc from "fast-check";

import type { ContextValue } from "../../sdk/policy/document/conditions";
import { allows, type PolicyRequest, unsupported } from "../../sdk/policy/document/evaluate";
import { MalformedPolicyError, parsePolicy } from "../../sdk/policy/document/parse";
import { matchesArn, matchesPattern } from "../../sdk/policy/document/patterns";
import { sampleOf } from "../helpers/sample";

/** How many random policies are tried by each test. */
const RUNS = sampleOf(5_000);

const KEY = "arn:aws:kms:us-east-1:111111111111:key/1";
const ROLE = "arn:aws:iam::111111111111:role/deploy";
const SESSION = "arn:aws:sts::111111111111:assumed-role/deploy/me";
const callers = [ROLE, SESSION, "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"];
const actions = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"];
const keys = ["aws:PrincipalTag/A", "kms:ViaService"];
const words = ["ec2", "ec", "s3", "ec2.us"];

// ---------------------------------------------------------------- what is tried

/** A word, with some of its letters behind wildcards. */
const pattern = (of: readonly string[]) =>
    fc
        .tuple(fc.constantFrom(...of), fc.nat(12), fc.nat(4), fc.constantFrom("", "*", "?", "**"))
        .map(([word, from, length, wildcard]) =>
            wildcard === "" ? word : word.slice(0, from) + wildcard + word.slice(from + length),
        );
const oneOrMore = <Value>(value: fc.Arbitrary<Value>) =>
    fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
const eitherOf = (element: string, value: fc.Arbitrary<unknown>) =>
    fc.tuple(fc.boolean(), value).map(([not, given]) => ({ [not ? `Not${element}` : element]: given }));
const principal = fc.oneof(
    fc.constant("*"),
    fc.record({ AWS: oneOrMore(fc.constantFrom("*", "111111111111", ...callers)) }),
    fc.record({ Service: fc.constant("ec2.amazonaws.com") }),
);
const stringOperators = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"];
const operator = fc
    .tuple(
        fc.constantFrom("", "ForAnyValue:", "ForAllValues:"),
        fc.constantFrom(...stringOperators),
        fc.constantFrom("", "IfExists"),
    )
    .map((parts) => parts.join(""));
const condition = fc.oneof(
    fc.dictionary(
        operator,
        fc.dictionary(fc.constantFrom(...keys), oneOrMore(pattern(words)), { minKeys: 1, maxKeys: 2 }),
        { maxKeys: 2 },
    ),
    fc.record({ Null: fc.dictionary(fc.constantFrom(...keys), fc.constantFrom("true", "false", true)) }),
);
const statement = fc
    .tuple(
        fc.record({ Effect: fc.constantFrom("Allow", "Deny") }),
        eitherOf("Principal", principal),
        eitherOf("Action", oneOrMore(pattern(actions))),
        fc.oneof(fc.constant({}), fc.constant({ Resource: "*" }), eitherOf("Resource", oneOrMore(pattern([KEY])))),
        fc.oneof(fc.constant({}), fc.record({ Condition: condition })),
    )
    .map((parts) => Object.assign({}, ...parts) as NaiveStatement);
const policy = fc.array(statement, { minLength: 1, maxLength: 4 });
const values = fc.array(fc.constantFrom(...words, "EC2"), { maxLength: 2 });
const carried = fc.record({ [keys[0]!]: values, [keys[1]!]: values });
const asked = fc.record({ action: fc.constantFrom(...actions), principalArn: fc.constantFrom(...callers) });

const request = (
    about: { action: string; principalArn: string },
    context: Readonly<Record<string, ContextValue>>,
): PolicyRequest => ({
    ...about,
    resourceArn: KEY,
    context: (key) => Object.entries(context).find(([name]) => name.toLowerCase() === key)?.[1] ?? [],
});
const parsed = (statements: readonly object[]) =>
    parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }));

// ---------------------------------------------------------------- what AWS' documentation says, in the plainest way

interface NaiveStatement {
    Effect: string;
    Principal?: unknown;
    NotPrincipal?: unknown;
    Action?: string | string[];
    NotAction?: string | string[];
    Resource?: string | string[];
    NotResource?: string | string[];
    Condition?: Record<string, Record<string, unknown>>;
}
type Carried = Record<string, readonly string[]>;

const listOf = (value: unknown): string[] => [value].flat().map(String);

function naiveMatch(wanted: string, text: string): boolean {
    if (wanted === "") return text === "";
    if (wanted[0] === "*") return [...text, ""].some((_, length) => naiveMatch(wanted.slice(1), text.slice(length)));
    return text !== "" && (wanted[0] === "?" || wanted[0] === text[0]) && naiveMatch(wanted.slice(1), text.slice(1));
}

function naiveCondition(name: string, expected: string[], actual: readonly string[]): boolean {
    if (name === "Null") return expected.includes(String(actual.length === 0));
    if (name.endsWith("IfExists") && actual.length === 0) return true;
    const plain = name.replace(/^.*:/, "").replace("IfExists", "");
    const one = (value: string): boolean =>
        ({
            StringEquals: expected.some((each) => each === value),
            StringEqualsIgnoreCase: expected.some((each) => each.toLowerCase() === value.toLowerCase()),
            StringNotEquals: !expected.some((each) => each === value),
            StringLike: expected.some((each) => naiveMatch(each, value)),
            StringNotLike: !expected.some((each) => naiveMatch(each, value)),
        })[plain] ?? false;
    if (name.startsWith("ForAllValues:") || (!name.startsWith("ForAnyValue:") && plain.includes("Not")))
        return actual.every(one);
    return actual.some(one);
}

function naiveApplies(given: NaiveStatement, action: string, principalArn: string, context: Carried): boolean {
    const named = given.Principal ?? given.NotPrincipal;
    const awsPrincipals = named === "*" ? ["*"] : listOf((named as { AWS?: unknown }).AWS ?? []);
    const account = principalArn.split(":")[4];
    const namesAccount = awsPrincipals.some((one) => ["*", account, `arn:aws:iam::${account}:root`].includes(one));
    const self = principalArn === SESSION ? [SESSION, ROLE] : [principalArn];
    const namesSelf = awsPrincipals.some((one) => one === "*" || self.includes(one));
    if (given.Principal !== undefined && !(namesAccount || namesSelf)) return false;
    if (given.NotPrincipal !== undefined && namesAccount && (namesSelf || principalArn.endsWith(":root"))) return false;

    const matchesOne = (patterns: unknown, text: string) =>
        listOf(patterns).some((one) => naiveMatch(one.toLowerCase(), text.toLowerCase()));
    if (given.Action !== undefined && !matchesOne(given.Action, action)) return false;
    if (given.NotAction !== undefined && matchesOne(given.NotAction, action)) return false;
    if (given.Resource === undefined && given.NotResource === undefined) return false;
    if (given.Resource !== undefined && !matchesOne(given.Resource, KEY)) return false;
    if (given.NotResource !== undefined && matchesOne(given.NotResource, KEY)) return false;
    return Object.entries(given.Condition ?? {}).every(([name, byKey]) =>
        Object.entries(byKey).every(([key, expected]) => naiveCondition(name, listOf(expected), context[key] ?? [])),
    );
}

function naiveAllows(statements: NaiveStatement[], action: string, principalArn: string, context: Carried): boolean {
    const applying = statements.filter((one) => naiveApplies(one, action, principalArn, context));
    return applying.some(({ Effect }) => Effect === "Allow") && applying.every(({ Effect }) => Effect === "Allow");
}

// ----------------------------------------------------------------

describe("the evaluation of a key policy", () => {
    it("agrees with the plainest reading of AWS' documentation, whatever the policy and the request", () => {
        let allowed = 0;
        fc.assert(
            fc.property(policy, asked, carried, (statements, about, context) => {
                const expected = naiveAllows(statements, about.action, about.principalArn, context);
                if (expected) allowed++;
                expect(allows(parsed(statements), request(about, context))).to.equal(expected);
            }),
            { numRuns: RUNS },
        );
        expect(allowed).to.be.greaterThan(RUNS / 50);
    });

    it("decides with part of the request only what the rest cannot change", () => {
        const hidden = fc.record({
            [keys[0]!]: fc.constantFrom("known", "present", "unknown"),
            [keys[1]!]: fc.constantFrom("known", "present", "unknown"),
        });
        let decided = 0;
        fc.assert(
            fc.property(policy, asked, carried, hidden, (statements, about, context, hiding) => {
                const partly = Object.fromEntries(
                    Object.entries(context).map(([key, actual]): [string, ContextValue] => {
                        const how = hiding[key];
                        if (how === "unknown") return [key, "unknown"];
                        return [key, how === "present" && actual.length > 0 ? "present" : actual];
                    }),
                );
                const truth = allows(parsed(statements), request(about, partly));
                if (truth === undefined) return;
                decided++;
                expect(truth).to.equal(naiveAllows(statements, about.action, about.principalArn, context));
            }),
            { numRuns: RUNS },
        );
        expect(decided).to.be.greaterThan(RUNS / 10);
    });

    it("matches * and ? as the recursion says, and takes no time for many stars", () => {
        const letters = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 }).map((all) => all.join(""));
        const text = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 }).map((all) => all.join(""));
        fc.assert(
            fc.property(letters, text, (wanted, actual) => {
                expect(matchesPattern(wanted, actual)).to.equal(naiveMatch(wanted, actual));
            }),
        );
        expect(matchesPattern("*a".repeat(2_000) + "b", "a".repeat(10_000))).to.equal(false);
    });

    it("keeps a wildcard inside its part of an ARN", () => {
        expect(matchesArn("arn:aws:iam::*:role/a?*", ROLE.replace("deploy", "abc"))).to.equal(true);
        expect(matchesArn("arn:aws:iam:*:role/deploy", ROLE)).to.equal(false);
        expect(matchesArn("arn:*:role/deploy", ROLE)).to.equal(false);
        expect(matchesArn("*", ROLE)).to.equal(true);
    });

    const meets = (name: string, expected: unknown, actual: ContextValue) =>
        allows(
            parsed([
                {
                    Effect: "Allow",
                    Principal: "*",
                    Action: "kms:*",
                    Resource: "*",
                    Condition: { [name]: { "aws:SourceIp": expected } },
                },
            ]),
            request({ action: "kms:Decrypt", principalArn: ROLE }, { "AWS:sourceip": actual }),
        );

    for (const [name, expected, actual, met] of [
        ["Bool", true, ["true"], true],
        ["Bool", "false", ["true"], false],
        ["Bool", "true", [], false],
        ["BoolIfExists", "true", [], true],
        ["IpAddress", "10.0.0.0/8", ["10.20.30.40"], true],
        ["IpAddress", ["10.0.0.0/8", "2001:db8::/32"], ["2001:db8::1"], true],
        ["IpAddress", "10.0.0.0/8", ["11.0.0.1"], false],
        ["NotIpAddress", "10.0.0.0/8", ["11.0.0.1"], true],
        ["NumericLessThan", 10, ["9"], true],
        ["NumericLessThan", "10", ["10"], false],
        ["DateGreaterThan", "2026-01-01T00:00:00Z", ["2026-06-01T00:00:00Z"], true],
        ["DateLessThan", "1767225600", ["2026-06-01T00:00:00Z"], false],
        ["ArnLike", "arn:aws:iam::*:role/*", [ROLE], true],
        ["ArnNotEquals", ROLE, [ROLE], false],
        ["StringLike", "*", "present", true],
        ["StringLike", "*", "unknown", undefined],
        ["StringEquals", "x", "present", undefined],
        ["ForAllValues:StringEquals", "x", [], true],
        ["Null", "false", "present", true],
    ] as const satisfies readonly [string, unknown, ContextValue, boolean | undefined][]) {
        it(`${name} ${JSON.stringify(expected)} of ${JSON.stringify(actual)} is ${String(met)}`, () => {
            expect(meets(name, expected, actual)).to.equal(met);
        });
    }
});

describe("the parsing of a key policy", () => {
    const all = { Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" };
    const without = (name: string) => Object.fromEntries(Object.entries(all).filter(([element]) => element !== name));

    for (const [given, message] of [
        ["no policy", "invalid JSON"],
        [[], "not a JSON object"],
        [{ Version: "2020-01-01", Statement: [all] }, '"2020-01-01"'],
        [{ Statement: [] }, "no statement"],
        [{ Statements: [all] }, "the element Statements"],
        [{ Statement: { ...all, Princpal: "*" } }, "the element Princpal"],
        [{ Statement: without("Principal") }, "no Principal"],
        [{ Statement: without("Action") }, "no Action"],
        [{ Statement: { ...all, NotAction: "kms:*" } }, "both Action and NotAction"],
        [{ Statement: { ...all, Effect: "allow" } }, "no Effect"],
        [{ Statement: { ...all, Principal: "arn:aws:iam::111111111111:root" } }, 'neither "*"'],
        [{ Statement: { ...all, Principal: { Aws: "*" } } }, "the element Aws"],
        [{ Statement: { ...all, Action: [1] } }, "an Action that is neither text"],
        [{ Statement: { ...all, Condition: { StringEquals: "x" } } }, "Condition StringEquals"],
        [
            {
                Statement: [
                    { ...all, Sid: "a" },
                    { ...all, Sid: "a" },
                ],
            },
            'the Sid "a"',
        ],
    ] as const) {
        it(`refuses, and names, ${message}`, () => {
            const text = typeof given === "string" ? given : JSON.stringify(given);
            expect(() => parsePolicy(text)).to.throw(MalformedPolicyError, message);
        });
    }

    it("never throws anything but that, whatever the text", () => {
        const text = fc.oneof(
            fc.string(),
            fc.json(),
            fc.record({ Statement: fc.jsonValue() }).map((value) => JSON.stringify(value)),
        );
        fc.assert(
            fc.property(text, (given) => {
                try {
                    parsePolicy(given);
                } catch (error) {
                    expect(error).to.be.instanceOf(MalformedPolicyError);
                }
            }),
        );
    });

    it("takes one statement for a list of one", () => {
        expect(parsePolicy(JSON.stringify({ Statement: all }))).to.deep.equal(
            parsePolicy(JSON.stringify({ Statement: [all] })),
        );
    });

    it("names what cannot be evaluated", () => {
        const condition = (Condition: object) => unsupported(parsed([{ ...all, Condition }]));
        expect(condition({ BinaryEquals: { "kms:X": "QQ==" } })).to.deep.equal(["the condition operator BinaryEquals"]);
        expect(condition({ "ForSome:StringLike": { "kms:X": "a" } })).to.deep.equal([
            "the condition operator ForSome:StringLike",
        ]);
        expect(condition({ StringEquals: { "kms:X": "${aws:username}" } })).to.deep.equal([]);
        expect(condition({ StringLike: { "kms:X": "a${*}" } })[0]).to.contain("${*}");
        expect(condition({ NumericEquals: { "kms:X": "${aws:username}" } })[0]).to.contain("${aws:username}");
        expect(condition({ IpAddress: { "aws:SourceIp": "10.0.0.0/99" } })[0]).to.contain("10.0.0.0/99");
        expect(condition({ Bool: { "aws:SecureTransport": "yes" } })[0]).to.contain("yes");
        expect(unsupported(parsed([{ ...all, Principal: { AWS: "arn:aws:iam::111111111111:role/*" } }]))).to.deep.equal(
            ['the principal "arn:aws:iam::111111111111:role/*"'],
        );
        expect(
            unsupported(parsed([{ Effect: "Allow", NotPrincipal: "*", Action: "kms:*", Resource: "*" }])),
        ).to.deep.equal(["NotPrincipal with the Effect Allow"]);
        expect(unsupported(parsed([all]))).to.deep.equal([]);
    });
});
