import { absent, always, arnInRequest, type Caller, contextOf, direct, type Known } from "./callers";
import { circumstancesOf, combinations, encryptionContextsOf, networksOf, noNetwork, sourcesOf } from "./circumstances";
import { accountOf, wholeAccount } from "./document/evaluate";
import { accountsLike, hasWildcard, type Mentioned, mentionedIn, namedAccounts, textsLike } from "./mentioned";
import type { Permission } from "./statements";

/** Somebody whom a key is not for. */
export interface Outsider extends Caller {
    /**
     * `anyone`: whoever has an AWS account. `some`: whoever has an account that a wildcard of the policy stands for. `account`
     * and `principal`: one that the policy names. `anonymous`: a caller who does not sign.
     */
    readonly kind: "anyone" | "some" | "account" | "principal" | "service" | "federated" | "anonymous";
    /** How the policy names it. */
    readonly name: string;
    /** It calls through EC2, as the cross-account role does for the volumes of clusters. */
    readonly isThroughEc2?: boolean;
}

/** Whom a key is for. */
export interface Insiders {
    readonly arnPartition: string;
    /** The account of the key; `undefined`: it is not known. */
    readonly owner: string | undefined;
    /** The accounts that may be let in. `undefined`: the key's own is not known, so none can be said to be another. */
    readonly accounts: ReadonlySet<string> | undefined;
}

/** Accounts of nobody, which differ in every digit. */
const STRANGERS = ["000000000000", "575757575757"];

/** The outsiders that can make a difference to a permission: it tells no others apart. */
export function outsidersOf(permission: Permission, insiders: Insiders): Outsider[] {
    const mentioned = mentionedIn(permission);
    const { accounts, arnPartition } = insiders;
    const isOutside = (account: string) => accounts === undefined || !accounts.has(account);
    const named = accounts === undefined ? [] : namedAccounts(mentioned).filter(isOutside);
    const anyone = STRANGERS.filter((account) => isOutside(account) && !named.includes(account));
    const some = accountsLike(mentioned, arnPartition).filter(
        (account) => isOutside(account) && !named.includes(account) && !anyone.includes(account),
    );
    const world: World = {
        mentioned,
        arnPartition,
        circumstances: circumstancesOf(mentioned, insiders.owner),
        networks: mentioned.distinct(networksOf(mentioned), (known) => known),
        organizations: mentioned.distinct(organizationsOf(mentioned, "principal"), (known) => known),
    };
    return [
        ...anyone.flatMap((account) => membersOf(account, "anyone", world)),
        ...some.flatMap((account) => membersOf(account, "some", world)),
        ...named.flatMap((account) => membersOf(account, "account", world)),
        ...namedPrincipals(mentioned, (account) => accounts?.has(account) === false),
        ...services([...anyone, ...some, ...named], world),
        ...federated(permission),
        ...anonymous(world),
    ];
}

/** What all callers share. */
interface World {
    readonly mentioned: Mentioned;
    readonly arnPartition: string;
    readonly circumstances: readonly Known[];
    readonly networks: readonly Known[];
    /** Of strangers: the organization of an account that the policy names is not known. */
    readonly organizations: readonly Known[];
}

/** What a request carries that is not in the name of a user or role: no identity, no tags. */
const unsigned = (mentioned: Mentioned): Known => ({
    ...always,
    ...absent(...mentioned.keysFrom("aws:principaltag/")),
    ...absent("aws:principalarn", "aws:principalaccount", "kms:calleraccount", "aws:userid", "aws:username"),
    ...absent("aws:principalorgid", "aws:principalorgpaths"),
    ...absent("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
    ...absent("aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist"),
});

/** Callers who do not sign. KMS takes none today; a policy can let them in all the same. */
function anonymous({ mentioned, circumstances, networks }: World): Outsider[] {
    return combinations(mentioned, [unsigned(mentioned)], networks, circumstances).map((known) => ({
        kind: "anonymous" as const,
        name: "",
        principalType: "Anonymous" as const,
        principalArn: "",
        context: contextOf(known),
    }));
}

/** The root user, roles, users and sessions of an account, with each name that the policy asks for. */
function membersOf(
    account: string,
    kind: Outsider["kind"],
    { mentioned, arnPartition, circumstances, networks, organizations }: World,
): Outsider[] {
    const arns = mentioned.valuesOf("aws:principalarn").filter((arn) => (accountOf(arn) ?? account) === account);
    const withNames = (shape: string) =>
        mentioned.distinct([shape.replace("*", "stranger"), ...textsLike(shape, arns)], (arn) => ({
            "aws:principalarn": [arn],
        }));
    const [iam, sts] = [`arn:${arnPartition}:iam::${account}`, `arn:${arnPartition}:sts::${account}`];
    // The ids of an account that the policy names are not known; a stranger's are not the customer's.
    const ids = (shape: string): Known[] =>
        kind === "account"
            ? [{}]
            : [shape.replace("*", "stranger"), ...textsLike(shape, mentioned.valuesOf("aws:userid"))].map((id) => ({
                  "aws:userid": [id],
              }));
    const identities = [
        { arn: `${iam}:root`, type: "Account", known: ids(account) },
        ...withNames(`${iam}:role/*`).map((arn) => ({ arn, type: "AssumedRole", known: ids("AROASTRANGER:*") })),
        ...withNames(`${iam}:user/*`).map((arn) => ({ arn, type: "User", known: ids("AIDASTRANGER") })),
        ...withNames(`${sts}:federated-user/*`).map((arn) => ({
            arn,
            type: "FederatedUser",
            known: ids(`${account}:*`),
        })),
        ...textsLike(`${sts}:assumed-role/*`, arns).map((arn) => ({
            arn,
            type: "AssumedRole",
            known: ids("AROASTRANGER:*"),
        })),
    ];
    return identities.flatMap(({ arn, type, known }) => {
        const own: Known = {
            ...direct(account),
            "aws:principalarn": [arn],
            "aws:principaltype": [type],
            "aws:username": type === "User" ? "unknown" : [],
        };
        return combinations(
            mentioned,
            [own],
            known,
            kind === "account" ? [{}] : organizations,
            networks,
            circumstances,
        ).map((context) => ({
            kind,
            name: account,
            principalArn: arn,
            context: contextOf(context),
        }));
    });
}

/** Out of every organization, in one that is not the customer's, or in one that a wildcard of the policy stands for. */
function organizationsOf(mentioned: Mentioned, of: "principal" | "source"): Known[] {
    const [id, paths] = [`aws:${of}orgid`, `aws:${of}orgpaths`];
    if (!mentioned.asksFor(id) && !mentioned.asksFor(paths)) return [{}];
    const ids = ["o-stranger", ...textsLike("o-*", mentioned.valuesOf(id).filter(hasWildcard))];
    const open = mentioned.valuesOf(paths).filter((path) => hasWildcard(path.split("/")[0] ?? ""));
    return [
        absent(id, paths),
        ...ids.map((one) => ({ [id]: [one], [paths]: [`${one}/r-stranger/`] })),
        ...textsLike("o-*/*", open).map((path) => ({ [id]: [path.split("/")[0] ?? ""], [paths]: [path] })),
    ];
}

/** Roles, users and sessions of other accounts that statements name: directly, through EC2, and through other services. */
function namedPrincipals(mentioned: Mentioned, isOutside: (account: string) => boolean): Outsider[] {
    const arns = mentioned.principals.flatMap(({ type, value }) => (type === "AWS" ? [value] : []));
    const services = textsLike("*.amazonaws.com", mentioned.valuesOf("kms:viaservice"));
    return [...new Set(arns)].flatMap((arn) => {
        const account = accountOf(arn);
        if (account === undefined || wholeAccount(arn) !== undefined || !isOutside(account)) return [];
        const own: Known = { ...direct(account), "aws:principalarn": arnInRequest(arn) };
        return [undefined, "ec2.us-east-1.amazonaws.com", "unnamed.us-east-1.amazonaws.com", ...services].map(
            (service) => ({
                kind: "principal" as const,
                name: arn,
                principalArn: arn,
                isThroughEc2: service?.startsWith("ec2.") === true,
                context: contextOf({ ...own, "kms:viaservice": service === undefined ? [] : [service] }),
            }),
        );
    });
}

/** Of these, one that the policy does not name stands for all others. */
const SERVICES = ["lambda", "sns", "events", "sqs", "logs"].map((name) => `${name}.amazonaws.com`);

/** AWS services that act for another account, or do not say for which. */
function services(accounts: readonly string[], { mentioned, arnPartition, circumstances }: World): Outsider[] {
    const byCondition = mentioned.valuesOf("aws:principalservicename", "aws:principalservicenameslist");
    const named = [
        ...mentioned.principals.flatMap(({ type, value }) => (type === "Service" ? [value] : [])),
        ...textsLike("*.amazonaws.com", byCondition),
    ];
    const names = [...named, ...SERVICES.filter((service) => !named.includes(service)).slice(0, 1)];
    const purposes = accounts.flatMap((account): Known[] => {
        const sources = combinations(
            mentioned,
            [{ "aws:sourceaccount": [account] }],
            sourcesOf(account, arnPartition, mentioned),
            organizationsOf(mentioned, "source"),
        );
        return combinations(mentioned, [{}, ...sources], encryptionContextsOf(account, arnPartition, mentioned));
    });
    return [...new Set(names)].flatMap((name) =>
        combinations(mentioned, [{ ...unsigned(mentioned), ...noNetwork }], circumstances, purposes).map((known) => ({
            kind: "service" as const,
            name,
            principalType: "Service" as const,
            principalArn: name,
            context: contextOf({
                ...known,
                "aws:principalisawsservice": ["true"],
                "aws:principalservicename": [name],
                "aws:principalservicenameslist": [name],
            }),
        })),
    );
}

/** Whoever an identity provider vouches for, and S3's old form of an account. */
function federated({ allow }: Permission): Outsider[] {
    return (["Federated", "CanonicalUser"] as const).flatMap((principalType) =>
        allow.principals.principals
            .filter(({ type }) => type === principalType)
            .map(({ value }) => ({
                kind: "federated" as const,
                name: value,
                principalType,
                principalArn: value,
                context: contextOf(always),
            })),
    );
}
