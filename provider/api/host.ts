import { type Partition, partitionNames, partitionOfHost, partitions, urlOfHost } from "../contract/partitions";
import { getString, type Properties } from "../util/property-path";
import { ConfigurationError } from "./errors";

/** The account console on AWS. */
export const DEFAULT_HOST = "https://accounts.cloud.databricks.com";

/**
 * The origin of a host as people write it, with or without `https://` and a path. Fails with `ConfigurationError` where
 * credentials would leave this machine in the clear.
 */
export function hostOrigin(host: string): string {
    const url = urlOfHost(host);
    if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
        throw new ConfigurationError(`The Databricks host must be a URL such as ${DEFAULT_HOST}.`);
    }
    if (url.protocol === "http:" && !isLoopback(url.hostname)) {
        throw new ConfigurationError(
            `The Databricks host is plain http (${url.host}): credentials are only sent over https. Write https:// (http is for a local cloud on this machine alone).`,
        );
    }
    if (!isLoopback(url.hostname) && partitionOfHost(url.hostname) === undefined) {
        const consoles = partitionNames.map((name) => partitions[name].accountHost).join(", ");
        throw new ConfigurationError(
            `The Databricks host ${url.host} is not an account console on AWS: these are ${consoles}. Set databricks:host to yours (the host of a workspace is not needed here), or leave it out for the first.`,
        );
    }
    return url.origin;
}

/** The part of AWS in which the accounts of a console are; a local cloud stands for the commercial one unless its host name says otherwise. */
export function partitionOf(accountHost: string): Partition {
    return partitions[partitionOfHost(new URL(accountHost).hostname) ?? "aws"];
}

/** Whether a host name is of this machine alone. */
export function isLoopback(hostname: string): boolean {
    return (
        hostname === "localhost" ||
        hostname.endsWith(".localhost") ||
        hostname === "[::1]" ||
        /^127(\.\d{1,3}){3}$/.test(hostname)
    );
}

/** The domain below which an account's workspaces are. A local cloud on a bare loopback address has them below `localhost`. */
function workspaceDomain(accountHost: string): string {
    const { hostname } = new URL(accountHost);
    const domains = [partitionOfHost(hostname) === undefined ? [] : partitionOf(accountHost).workspaceDomain].flat();
    return [...domains, ...(isLoopback(hostname) ? ["localhost"] : [])].join(".");
}

/** The origin of a workspace's own host, below the domain of its part of AWS. */
export function workspaceUrl(accountHost: string, deploymentName: string): string {
    const url = new URL(accountHost);
    return `${url.protocol}//${deploymentName}.${workspaceDomain(accountHost)}${url.port === "" ? "" : `:${url.port}`}`;
}

/** Whether a workspace with this URL can be in an account of this host. */
export function isBelow(accountHost: string, url: string): boolean {
    return !URL.canParse(url) || new URL(url).hostname.endsWith(`.${workspaceDomain(accountHost)}`);
}

/** The origins at which a record of the account says that its workspace is, first the one to use; none: it has no host yet. */
export function workspaceHosts(accountHost: string, record: Properties): string[] {
    const [name, url] = [getString(record, "deployment_name"), getString(record, "workspace_url")];
    return [
        ...(name === undefined ? [] : [workspaceUrl(accountHost, name)]),
        ...(url === undefined || !URL.canParse(url) ? [] : [new URL(url).origin]),
    ];
}
