import { expect } from "chai";
import fc from "fast-check";

import { parsePolicy } from "../../sdk/policy/document/parse";
import { excessPermissions } from "../../sdk/policy/excess-permissions";
import { type PlainCaller, plainlyAllows, type PlainStatement } from "../helpers/policy-plain-evaluator";
import { account, another, own } from "../helpers/policy-statements";

const named = "999999999999";
const strangers = [named, "000000000000", "100000000000"];
const tag = "aws:PrincipalTag/DatabricksAccountId";
const team = "aws:PrincipalTag/team";
const RUNS = Number(process.env["POLICY_RUNS"] ?? 100);
const databricks = "arn:aws:iam::414351767826:root";

// ---------------------------------------------------------------- callers, as AWS shows them

type Keys = Record<string, string | undefined>;
const present = (keys: Keys): Record<string, string[]> =>
    Object.fromEntries(Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [[key, [value]]])));
const either = (key: string, ...values: (string | undefined)[]) => values.map((value): Keys => ({ [key]: value }));
const each = (...lists: Keys[][]): Keys[] =>
    lists.reduce<Keys[]>((all, list) => all.flatMap((one) => list.map((other) => ({ ...one, ...other }))), [{}]);

const roles = ["root", "role/admin", "role/app", "user/admin"];
const [ec2, s3, rds] = ["ec2", "s3", "rds"].map((name) => `${name}.us-east-1.amazonaws.com`);
const services = either("kms:ViaService", undefined, ec2, s3, rds);

/** The identities of an account, with everything that they are free to choose. */
const membersOf = (id: string, ...more: Keys[][]): PlainCaller[] =>
    roles
        .map((role) => `arn:aws:iam::${id}:${role}`)
        .flatMap((arn) =>
            each(services, either(team, undefined, "data", "other"), ...more).map((keys) => ({
                type: "AWS",
                names: [[id, `arn:aws:iam::${id}:root`], ...(arn.endsWith(":root") ? [] : [[arn]])],
                carried: present({
                    "aws:PrincipalAccount": id,
                    "kms:CallerAccount": id,
                    "aws:PrincipalArn": arn,
                    "aws:PrincipalIsAWSService": "false",
                    ...keys,
                }),
            })),
        );

const outsiders: PlainCaller[] = [
    ...strangers.flatMap((id) =>
        membersOf(id, either("aws:PrincipalOrgID", undefined, "o-else", ...(id === named ? ["o-customer"] : []))),
    ),
    ...["lambda.amazonaws.com", "s3.amazonaws.com"].flatMap((name) =>
        each(services, either("aws:SourceAccount", undefined, ...strangers)).map((keys): PlainCaller => ({
            type: "Service",
            names: [[name]],
            carried: present({ ...keys, "aws:PrincipalIsAWSService": "true" }),
        })),
    ),
    { type: "Federated", names: [["cognito-identity.amazonaws.com"]], carried: {} },
    ...services.map((keys): PlainCaller => ({ type: "Anonymous", names: [[]], carried: present(keys) })),
];
const ofDatabricks = membersOf(
    "414351767826",
    either("aws:PrincipalOrgID", "o-databricks"),
    either(tag, account, another, undefined),
);

// ---------------------------------------------------------------- policies

const actions = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:CreateGrant", "kms:ReplicateKey"];
const some = <Value>(...values: Value[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const arnsOf = (id: string) => roles.map((role) => `arn:aws:iam::${id}:${role}`);
const principal = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<unknown>("*", { AWS: "*" }) },
    some(own, named, ...arnsOf(own), ...arnsOf(named)).map((AWS) => ({ AWS })),
    fc.constantFrom("lambda.amazonaws.com", "s3.amazonaws.com").map((Service) => ({ Service })),
    fc.constant({ AWS: databricks }),
);
/** Always reported: what of a role's account such a session carries is not known. */
const federated = fc.constant({ Federated: "cognito-identity.amazonaws.com" });
/** Keys whose values say who somebody is, and keys whose values everyone is free to choose. */
const identity: Record<string, string[]> = {
    "aws:PrincipalAccount": [own, named, "1*", "*", "414351767826"],
    "kms:CallerAccount": [own, named],
    "aws:PrincipalArn": ["arn:aws:iam::*:role/admin", "arn:aws:iam::*:user/*", ...arnsOf(own), ...arnsOf(named)],
    "aws:SourceAccount": [own, named, "1*"],
    "aws:PrincipalIsAWSService": ["true", "false"],
};
const free: Record<string, string[]> = {
    "aws:PrincipalOrgID": ["o-customer"],
    [team]: ["data"],
    "kms:ViaService": ["ec2.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"],
};
const operator = (key: string) =>
    fc
        .tuple(
            fc.constantFrom("", "", "ForAnyValue:", "ForAllValues:"),
            fc.constantFrom(
                ...(key === "aws:PrincipalArn" ? ["ArnLike", "ArnNotLike", "StringLike"] : []),
                ...["StringEquals", "StringLike", "StringNotEquals", "StringNotLike"],
            ),
            fc.constantFrom("", "", "IfExists"),
        )
        .map((parts) => parts.join(""));
const conditionOf = (keys: Record<string, string[]>) =>
    fc
        .uniqueArray(fc.constantFrom(...Object.keys(keys)), { maxLength: 2 })
        .chain((chosen) =>
            fc.tuple(
                ...chosen.map((key) =>
                    fc
                        .oneof(
                            { weight: 4, arbitrary: fc.tuple(operator(key), some(...(keys[key] ?? []))) },
                            fc.tuple(
                                fc.constant("Null"),
                                fc.constantFrom("true", "false").map((one) => [one]),
                            ),
                        )
                        .map(([name, values]) => ({ key, name, values })),
                ),
            ),
        )
        .map((chosen) => {
            const condition: Record<string, Record<string, string[]>> = {};
            for (const { key, name, values } of chosen) (condition[name] ??= {})[key] = values;
            return condition;
        });
const statementOf = (
    Effect: "Allow" | "Deny",
    keys: Record<string, string[]>,
    who: fc.Arbitrary<unknown> = principal,
) =>
    fc
        .record({
            named: who,
            not: fc.boolean(),
            actions: some(...actions, "kms:*", "kms:D*"),
            exceptThese: fc.boolean(),
            Condition: conditionOf(keys),
        })
        .map(({ named: whom, not, actions: what, exceptThese, Condition }): PlainStatement => ({
            Effect,
            // An Allow with NotPrincipal is always reported: AWS' documentation says that nobody is to write one.
            ...(Effect === "Deny" && not ? { NotPrincipal: whom } : { Principal: whom }),
            ...(exceptThese ? { NotAction: what } : { Action: what }),
            Resource: "*",
            Condition,
        }));
const right: PlainStatement[] = [
    { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${own}:root` }, Action: ["kms:*"], Resource: "*" },
    {
        Effect: "Allow",
        Principal: { AWS: databricks },
        Action: ["kms:Encrypt", "kms:Decrypt"],
        Resource: "*",
        Condition: { StringEquals: { [tag]: [account] } },
    },
];

const reported = (statements: readonly PlainStatement[]) =>
    excessPermissions(parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements })), {
        useCases: ["MANAGED_SERVICES"],
        owner: own,
    });

/** Who may do what is not for them, by one statement that allows and all that deny; `undefined`: nobody. */
const intruder = (statements: readonly PlainStatement[]): string | undefined => {
    // The organization of an account that a permission does not name is not the customer's.
    const isNamed = JSON.stringify(statements).includes(named);
    const strange = outsiders.filter(({ carried }) => isNamed || carried["aws:PrincipalOrgID"]?.[0] !== "o-customer");
    for (const action of [...actions, "kms:DisableKey", "kms:Sign"]) {
        const harmless = action === "kms:DescribeKey";
        for (const caller of strange)
            if (!(harmless && caller.type === "Service") && plainlyAllows(statements, caller, action))
                return `${JSON.stringify(caller)} ${action}`;
        const isNeeded = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"].includes(action);
        for (const caller of isNeeded ? [] : ofDatabricks)
            if (plainlyAllows(statements, caller, action)) return `Databricks ${action}`;
    }
    return undefined;
};

describe("the callers of a key, as a set", () => {
    it("overlook nobody whom AWS' documented logic lets in, whatever the policy", () => {
        const all = { ...identity, ...free };
        const policy = fc.tuple(
            fc.array(statementOf("Allow", all, fc.oneof({ weight: 8, arbitrary: principal }, federated)), {
                minLength: 1,
                maxLength: 2,
            }),
            fc.array(statementOf("Deny", all), { maxLength: 2 }),
        );
        let open = 0;
        fc.assert(
            fc.property(policy, ([allows, denials]) => {
                const found = allows.map((one) => intruder([one, ...denials])).find((one) => one !== undefined);
                if (found === undefined) return;
                open++;
                expect(reported([...right, ...allows, ...denials]), found).to.not.deep.equal([]);
            }),
            { numRuns: RUNS },
        );
        expect(open).to.be.greaterThan(RUNS / 5);
    });

    it("are never reported for a policy that lets in no one of them", () => {
        const policy = fc.tuple(
            fc.array(statementOf("Allow", { ...identity, ...free }), { minLength: 1, maxLength: 2 }),
            // A Deny by what everyone is free to choose does not undo an Allow by it; the pack does not look for the odd one that does.
            fc.array(statementOf("Deny", identity), { maxLength: 2 }),
        );
        let closed = 0;
        fc.assert(
            fc.property(policy, ([allows, denials]) => {
                if (allows.some((one) => intruder([one, ...denials]) !== undefined)) return;
                closed++;
                expect(reported([...right, ...allows, ...denials])).to.deep.equal([]);
            }),
            { numRuns: RUNS },
        );
        expect(closed).to.be.greaterThan(RUNS / 20);
    });
});
