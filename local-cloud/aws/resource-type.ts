import { randomBytes } from "node:crypto";

import type { KMSClient } from "@aws-sdk/client-kms";

export type Properties = Record<string, unknown>;

/** What the resource types and functions know of AWS: as one provider of a program sees it. */
export interface Aws {
    readonly accountId: string;
    /** The provider's region. */
    readonly region: string;
    /** A client of the local KMS in a region; the provider's own region if none is given. */
    kms(region: unknown): KMSClient;
}

/** One type of resource of the fake AWS provider. */
export interface ResourceType {
    /** Its inputs; any other is refused. */
    readonly inputs: readonly string[];
    /** The inputs whose change replaces it. */
    readonly replaces?: readonly string[];
    /** The output that is its id. */
    readonly id: string;
    /** What AWS adds. */
    outputs(inputs: Properties, name: string, aws: Aws): Properties | Promise<Properties>;
    update?(olds: Properties, news: Properties, aws: Aws): Promise<void>;
    delete?(outputs: Properties, aws: Aws): Promise<void>;
}

/** Types by their tokens. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>;

export function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

/** Hexadecimal digits, made up. */
export function randomHex(digits: number): string {
    return randomBytes(Math.ceil(digits / 2))
        .toString("hex")
        .slice(0, digits);
}
