import { z } from "zod";

import type { Configuration } from "../api/credential";
import { ConfigurationError } from "../api/errors";
import { partitions } from "../contract/partitions";
import { type MigrateContent, parsed, readMigrateContent } from "./migrate-content";

/** What a change of a workspace's key for notebooks leads to. */
export type OnKeyChange =
    /** The workspace is replaced, as the service demands, with a warning. */
    | "replace"
    /** Preview and up fail. */
    | "forbid"
    /** The service is asked to change the key in place; accounts whose service cannot do that refuse it. */
    | "update";

/** The provider's settings beside credentials. Times are in milliseconds. */
export interface Settings {
    readonly allowedRegions: readonly string[];
    /** What a key change leads to on a workspace that says nothing itself. */
    readonly onKeyChange: OnKeyChange;
    /** Whether the content of a workspace that says nothing itself is copied when it is replaced, and what may be left behind. */
    readonly migrateContent: MigrateContent;
    /** The full name, `organization/project/stack`, that the stack had before it was renamed. */
    readonly stackRenamedFrom: string | undefined;
    /** How long a request is tried again before it counts as failed. */
    readonly retryTimeout: number;
    /** How long a fresh role or bucket that Databricks cannot use yet is waited for. */
    readonly validationTimeout: number;
    /** How long the service may take to show a change that it accepted. */
    readonly updateTimeout: number;
    /** How long one request may take from its first to its last byte. */
    readonly requestTimeout: number;
}

const regionList = z.array(z.string().min(1)).min(1);

/**
 * Reads the settings. Fails with `ConfigurationError` on a value that is not of its form.
 *
 * @param regions where workspaces may be if nothing is set. Default: those of the commercial part of AWS.
 */
export function readSettings(
    configuration: Configuration,
    regions: readonly string[] = partitions.aws.regions,
): Settings {
    return {
        allowedRegions: allowedRegions(configuration("databricks:allowedRegions")) ?? regions,
        onKeyChange: onKeyChange(configuration("databricks:onKeyChange")),
        migrateContent: readMigrateContent(configuration("databricks:migrateContent")),
        stackRenamedFrom: configuration("databricks:stackRenamedFrom"),
        retryTimeout: seconds(configuration, "databricks:retryTimeoutSeconds", 300),
        validationTimeout: seconds(configuration, "databricks:validationTimeoutSeconds", 90),
        updateTimeout: seconds(configuration, "databricks:updateTimeoutSeconds", 600),
        requestTimeout: seconds(configuration, "databricks:requestTimeoutSeconds", 60),
    };
}

function allowedRegions(value: string | undefined): readonly string[] | undefined {
    if (value === undefined || value.trim() === "") return undefined;
    const { data } = regionList.safeParse(
        parsed(
            value,
            value.split(",").map((region) => region.trim()),
        ),
    );
    if (data !== undefined) return data;
    throw new ConfigurationError(
        'The configuration databricks:allowedRegions must be a list of regions, for example ["us-east-1", "eu-west-1"].',
    );
}

function onKeyChange(value: string | undefined): OnKeyChange {
    const { data } = onKeyChangeSchema.safeParse(value === undefined || value === "" ? "replace" : value);
    if (data !== undefined) return data;
    throw new ConfigurationError(
        `The configuration databricks:onKeyChange must be replace, forbid or update; it is "${value}".`,
    );
}

/** The ways to meet a key change. */
export const onKeyChangeSchema = z.enum(["replace", "forbid", "update"], "must be one of replace, forbid, update");

function seconds(configuration: Configuration, key: string, otherwise: number): number {
    const value = configuration(key);
    if (value === undefined || value === "") return otherwise * 1000;
    const number = Number(value);
    if (Number.isFinite(number) && number > 0 && number <= 86_400) return number * 1000;
    throw new ConfigurationError(
        `The configuration ${key} must be a number of seconds above 0 and at most 86400; it is "${value}".`,
    );
}
