import type { PartitionName } from "../provider/contract/partitions";
import type { LocalCloud } from "./local-cloud";
import type { Behavior } from "./behavior";
import type { WorkspaceBehavior } from "./workspace-api/behavior";

/** How a local cloud is to be; times are in milliseconds. */
export interface LocalCloudOptions {
    /** Another local cloud, whose AWS account this one's Databricks account uses: its KMS and its provider. Default: its own. */
    aws?: LocalCloud;
    /** Further AWS accounts of the customer beside 123456789012, 12 digits each, in one KMS. Default: none. */
    awsAccounts?: readonly string[];
    /**
     * The part of AWS that it stands for: its account console has the name of that part's, below `localhost`, and so have its workspaces.
     * Default: `aws`, the commercial part, on a bare 127.0.0.1.
     */
    partition?: PartitionName;
    /** Default: a fixed uuid. */
    accountId?: string;
    /** Default: a random one. */
    token?: string;
    /** Default: a random one. */
    clientId?: string;
    /** Default: a random one. */
    clientSecret?: string;
    /** What the account puts in front of deployment names. Default: nothing. */
    deploymentNamePrefix?: string;
    /** How long a workspace is PROVISIONING. Default: 1000. */
    provisioningMilliseconds?: number;
    /** By which share of that, 0 to 1, at most a workspace is ready sooner: by chance, each by its own. Default: 0. */
    provisioningScatter?: number;
    /** How long a deleted workspace is still shown. Default: 0. */
    deletionMilliseconds?: number;
    /** How long the control plane keeps a data encryption key. Default: 300000. */
    dekCacheMilliseconds?: number;
    /** In which of its known ways the Account API behaves. Default: `defaultBehavior`. */
    behavior?: Partial<Behavior>;
    /** Requests beyond these in a second are answered with 429. Default: no limit. */
    requestsPerSecond?: number;
    /** How workspaces' own APIs behave: their limits, their front ends. Each can be changed later, see `workspace`. */
    workspaces?: Partial<WorkspaceBehavior>;
    /** Of the account and, by their names, the workspaces. Default: any free port. */
    port?: number;
    /** Of the KMS. Default: any free port. */
    kmsPort?: number;
    /**
     * Whether each workspace gets a port of its own on 127.0.0.1, which the Account API shows as its `workspace_url`: for
     * clients that cannot resolve names below localhost. Default: false.
     */
    workspacePorts?: boolean;
    /** Is told of each request to the account, a workspace or the KMS once it was answered, in a line. Default: nobody is. */
    onRequest?: (line: string) => void;
    /** The clock. Default: the machine's. */
    now?: () => number;
}
