import {
    allowedRegions,
    keyDeletionWindow,
    keyOutlivesProgram,
    keyRegionMatchesWorkspace,
    keyRotationEnabled,
} from "./key";
import {
    keyPolicyLetsDatabricksEncrypt,
    keyPolicyNamesDatabricksAccount,
    keyPolicyNoMoreThanNeeded,
} from "./key-policy";
import {
    contentMigrates,
    enterpriseTier,
    requiredTags,
    workspaceKeyImmutable,
    workspaceKeyRequired,
    workspaceProtected,
} from "./workspace";

/** Every rule, by the name under which `DatabricksGuard` configures it. */
export const rules = {
    allowedRegions,
    workspaceKeyRequired,
    workspaceKeyImmutable,
    contentMigrates,
    keyRegionMatchesWorkspace,
    enterpriseTier,
    keyRotationEnabled,
    keyDeletionWindow,
    keyOutlivesProgram,
    keyPolicyLetsDatabricksEncrypt,
    keyPolicyNoMoreThanNeeded,
    keyPolicyNamesDatabricksAccount,
    workspaceProtected,
    requiredTags,
} as const;
