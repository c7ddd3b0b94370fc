import { isIP } from "node:net";

import { absent, type Known } from "./callers";
import type { ContextValue } from "./document/conditions";
import { accountOf } from "./document/evaluate";
import { hasWildcard, type Mentioned, textsLike } from "./mentioned";

/** All combinations of one of each list that a permission tells apart. */
export function combinations(mentioned: Mentioned, ...lists: readonly (readonly Known[])[]): Known[] {
    return lists.reduce<Known[]>(
        (all, list) => {
            const distinct = mentioned.distinct(list, (known) => known);
            return all.flatMap((one) => distinct.map((other) => ({ ...one, ...other })));
        },
        [{}],
    );
}

/** When and for whose key a caller may ask, as far as the policy asks for it. */
export function circumstancesOf(mentioned: Mentioned, owner: string | undefined): Known[] {
    const key: Known = { "aws:resourceaccount": owner === undefined ? "unknown" : [owner] };
    return combinations(mentioned, [key], times(mentioned), organizationsOfKey(mentioned));
}

/** Addresses that nobody has: a reserved one, and one for documentation. */
const ADDRESSES = ["240.0.0.1", "3fff::1"];

const NETWORK_KEYS = ["aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"];

/** What an AWS service asks shows no network. */
export const noNetwork: Known = absent(...NETWORK_KEYS);

/** From an address of the internet, through an endpoint of a VPC, or through a service, which shows neither. */
export function networksOf(mentioned: Mentioned): Known[] {
    if (!NETWORK_KEYS.some((key) => mentioned.asksFor(key))) return [{}];
    const open = (key: string, shape: string) => [
        shape.replace("*", "stranger"),
        ...textsLike(shape, mentioned.valuesOf(key).filter(hasWildcard)),
    ];
    const addresses = [...ADDRESSES, ...mentioned.valuesOf("aws:sourceip").filter(isBroad).map(startOf)];
    return [
        noNetwork,
        ...addresses.map((address) => ({ ...noNetwork, "aws:sourceip": [address] })),
        ...open("aws:sourcevpc", "vpc-*").flatMap((vpc) =>
            open("aws:sourcevpce", "vpce-*").map((endpoint) => ({
                "aws:sourceip": [],
                "aws:sourcevpc": [vpc],
                "aws:sourcevpce": [endpoint],
                "aws:vpcsourceip": "unknown" as const,
            })),
        ),
    ];
}

function startOf(network: string): string {
    return network.split("/")[0] ?? "";
}

/** A network in which everybody can have an address: larger than those that one organization has. */
function isBroad(network: string): boolean {
    const [start = "", bits = ""] = network.split("/");
    return isIP(start) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) < (isIP(start) === 4 ? 8 : 16);
}

/** Now, and when every date of a policy is past. */
function times(mentioned: Mentioned): Known[] {
    if (!mentioned.asksFor("aws:currenttime") && !mentioned.asksFor("aws:epochtime")) return [{}];
    return [new Date(), new Date("9999-12-31T00:00:00Z")].map((time) => ({
        "aws:currenttime": [time.toISOString()],
        "aws:epochtime": [String(Math.floor(time.getTime() / 1000))],
    }));
}

/** The organization of the key's account: one that the policy names, or one that nobody else is in. */
function organizationsOfKey(mentioned: Mentioned): Known[] {
    const key = "aws:resourceorgid";
    if (!mentioned.asksFor(key)) return [{}];
    const named = mentioned.valuesOf(key).filter((value) => !value.includes("${"));
    return ["o-of-the-key", ...named].map((id) => ({ [key]: [id] }));
}

/** The resource of an account for which an AWS service acts. */
export function sourcesOf(account: string, arnPartition: string, mentioned: Mentioned): Known[] {
    const key = "aws:sourcearn";
    return mentioned.asksFor(key)
        ? arnsOf(account, arnPartition, mentioned.valuesOf(key)).map((arn) => ({ [key]: [arn] }))
        : [{}];
}

/** The encryption context that an AWS service sets: it names the resource for which the service acts. */
export function encryptionContextsOf(account: string, arnPartition: string, mentioned: Mentioned): Known[] {
    return combinations(
        mentioned,
        ...mentioned.keysFrom("kms:encryptioncontext:").map((key): Known[] => {
            const values = mentioned.valuesOf(key);
            // What is not an ARN may be the same for every account.
            if (!values.every((value) => value.startsWith("arn:"))) return [{ [key]: "unknown" }];
            return arnsOf(account, arnPartition, values).map((arn): Record<string, ContextValue> => ({ [key]: [arn] }));
        }),
    );
}

/** ARNs of an account's resources; those of S3 have no account in them, and their names are anybody's who was the first. */
function arnsOf(account: string, arnPartition: string, values: readonly string[]): string[] {
    const open = values.filter(hasWildcard);
    const bucket = `arn:${arnPartition}:s3:::stranger-*`;
    return [
        `arn:${arnPartition}:service:us-east-1:${account}:stranger`,
        ...textsLike(`arn:${arnPartition}:*:*:${account}:*`, values).filter((arn) => accountOf(arn) === account),
        ...textsLike(bucket, open),
    ];
}
