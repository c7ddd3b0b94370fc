import { expect } from "chai";
import fc from "fast-check";

import type { ContextValue } from "../../sdk/policy/document/conditions";
import { allows } from "../../sdk/policy/document/evaluate";
import { parsePolicy } from "../../sdk/policy/document/parse";
import { commonText, matchesPattern } from "../../sdk/policy/document/patterns";
import { sampleOf } from "../helpers/sample";

/** Whether a request that carries these keys meets a condition. */
const meets = (operator: string, key: string, value: string | string[], carried: Record<string, ContextValue>) =>
    allows(
        parsePolicy(
            JSON.stringify({
                Version: "2012-10-17",
                Statement: {
                    Effect: "Allow",
                    Principal: "*",
                    Action: "kms:*",
                    Resource: "*",
                    Condition: { [operator]: { [key]: value } },
                },
            }),
        ),
        {
            principalArn: "arn:aws:iam::111111111111:role/a",
            action: "kms:Decrypt",
            context: (asked) => Object.entries(carried).find(([name]) => name.toLowerCase() === asked)?.[1] ?? [],
        },
    );

describe("policy variables", () => {
    for (const [title, expected, operator, value, carried] of [
        ["stand for what the request carries", true, "StringEquals", "${aws:Username}", { "aws:username": ["x"] }],
        [
            "are one part of a value",
            true,
            "StringLike",
            "*/${aws:username}/*",
            { "aws:username": ["x"], "kms:X": ["a/x/b"] },
        ],
        ["are compared like any other value", false, "StringEquals", "${aws:username}", { "aws:username": ["y"] }],
        ["equal nothing if the request does not carry them", false, "StringEquals", "${aws:username}", {}],
        ["leave the other values of a list alone", true, "StringEquals", ["${aws:username}", "x"], {}],
        ["have a default", true, "StringEquals", "${aws:username, 'x'}", {}],
        [
            "prefer what the request carries to the default",
            false,
            "StringEquals",
            "${aws:username, 'x'}",
            { "aws:username": ["y"] },
        ],
        [
            "are undecided if their value is not known",
            undefined,
            "StringEquals",
            "${aws:username}",
            { "aws:username": "unknown" },
        ],
        ["are undecided if they are missing from what is negated", undefined, "StringNotEquals", "${aws:username}", {}],
        ["are undecided where they stand for a sign", undefined, "StringLike", "${*}", {}],
        ["do not bring wildcards in", undefined, "StringLike", "${aws:username}", { "aws:username": ["*"] }],
        [
            "are undecided in an operator that takes none",
            undefined,
            "NumericEquals",
            "${aws:username}",
            { "aws:username": ["1"] },
        ],
    ] as [string, boolean | undefined, string, string | string[], Record<string, ContextValue>][]) {
        it(title, () => {
            expect(meets(operator, "kms:X", value, { "kms:X": ["x"], ...carried })).to.equal(expected);
        });
    }
});

describe("a text that two patterns have in common", () => {
    const pattern = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 7 }).map((signs) => signs.join(""));

    it("matches both, and is found where there is one", () => {
        const text = fc.array(fc.constantFrom("a", "b"), { maxLength: 6 }).map((signs) => signs.join(""));
        fc.assert(
            fc.property(pattern, pattern, text, (one, other, some) => {
                const common = commonText(one, other, "a");
                if (common === undefined) {
                    expect(matchesPattern(one, some) && matchesPattern(other, some)).to.equal(false);
                } else {
                    expect(matchesPattern(one, common)).to.equal(true);
                    expect(matchesPattern(other, common)).to.equal(true);
                }
            }),
            { numRuns: sampleOf(5_000) },
        );
    });

    it("keeps to the parts of an ARN where it can", () => {
        expect(commonText("arn:aws:iam::*:role/admin", "arn:aws:iam::000000000000:role/*")).to.equal(
            "arn:aws:iam::000000000000:role/admin",
        );
        expect(commonText("arn:aws:sts::*", "arn:aws:iam::000000000000:role/*")).to.equal(undefined);
    });
});
