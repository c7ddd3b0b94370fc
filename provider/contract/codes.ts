/** A situation that the package reports: what it is called, and what to do. */
export interface Situation {
    readonly title: string;
    /** A paragraph in Markdown, for `docs/troubleshooting.md` and the command `explain`. */
    readonly text: string;
}

/**
 * Every error and warning by its code, one for each situation with a remedy of its own. 1xxx: the program, its configuration and its
 * state. 2xxx: the service and the connection. 3xxx: workspaces, their keys and their content. A code is never used for anything else
 * later.
 *
 * What has no code here has another name that is as fixed, or is not a message of this package:
 *
 * - A finding of a copy has its kind (`finding-kinds.ts`), which stands in brackets before its reason, and which `accept` takes. The
 *   error that names it is CMK3006. `explain` knows kinds too.
 * - A violation of a policy has its rule's name (`docs/policy-pack.md`).
 * - The local cloud answers in the service's words.
 * - An error without a code is a defect, or one of Node.js, of Pulumi or of another package.
 */
export const codes = {
    CMK1001: {
        title: "The configuration is not complete, or cannot be used",
        text: "A credential, the host or another setting is missing, half-given or malformed. The message names the setting and where it was looked for. Nothing was changed. Settings are in the stack configuration, the environment or a profile.",
    },
    CMK1002: {
        title: "An input cannot be used",
        text: "The message names the property and what it may be. All problems of a resource are reported at once, before anything is created. Correct the program.",
    },
    CMK1003: {
        title: "The state may be a copy",
        text: "Another stack made this state. Answer whether the stack was renamed or its state was copied, by the command in the message. Nothing is read or changed before that.",
    },
    CMK1004: {
        title: "An object is not adopted",
        text: "`adopt` names an object that does not exist, belongs to another resource or stack, or differs from the program in what cannot be changed. The message says which. Nothing was changed.",
    },
    CMK1005: {
        title: "A lookup finds nothing, or several objects",
        text: "`get` or a lookup has to find exactly one object of the account. Correct the id or the arguments; if several fit, look one of them up by its id.",
    },
    CMK1006: {
        title: "Another stack manages the object",
        text: "Its ownership tag names another stack, so this one neither changes nor deletes it. If that stack keeps it, take it out of this state with `pulumi state delete`; if this one is to have it, give the resource `adopt`.",
    },
    CMK1007: {
        title: "Two resources have one object",
        text: "Nothing was changed or deleted. Take one of the two out of the state with `pulumi state delete`, or use the one resource in both places.",
    },
    CMK1008: {
        title: "The object no longer exists",
        text: "It was deleted outside Pulumi. `pulumi refresh` takes it out of the state, and the next `pulumi up` creates a new one.",
    },
    CMK1009: {
        title: "An object has this stack's tag, and no resource has it",
        text: "An interrupted `pulumi up` left it, or `retainOnDelete` kept it. What is certain to be the resource's own is adopted; anything else is named and left alone. Give a resource `adopt` to use it, or delete it in the account console if nobody does.",
    },
    CMK1010: {
        title: "Something was changed outside Pulumi",
        text: "Nothing was done about it. `pulumi refresh` brings the change into the state; then change the program, or let `pulumi up` change it back.",
    },
    CMK1011: {
        title: "Two networks name one subnet or security group",
        text: "By the reference of the API only one network configuration can have it, and many accounts refuse the second. Give each network, and each replacement of one in use, its own.",
    },
    CMK1012: {
        title: "A name differs and is kept",
        text: "The object keeps the name that it was created with. Nothing is changed or replaced for it.",
    },
    CMK1013: {
        title: "The object is still in use",
        text: "Another object of the account names it, so it is not deleted or replaced. The message says which one: change or delete that first, or give the new one another name.",
    },
    CMK1014: {
        title: "The engine has stopped",
        text: "It was killed, so no state would hold what is written now, and nothing more is sent. Run `pulumi cancel`, then `pulumi up`: what was created is found and adopted.",
    },
    CMK1015: {
        title: "The object exists, and is not as it should be",
        text: "It is in the state, with the reason. Remove the cause that the message names and run `pulumi up` again: it goes on from there.",
    },
    CMK1016: {
        title: "The arguments of a command cannot be used",
        text: "The message names the argument; `--help` after the command tells what it takes. Nothing was done.",
    },
    CMK1017: {
        title: "It was stopped",
        text: "Somebody stopped it (^C, SIGTERM, `pulumi cancel`). What was done stays. Run the command again: it goes on from there.",
    },
    CMK1018: {
        title: "An object cannot be imported",
        text: "No program could describe the object as the account has it, so the next `pulumi up` would change it. The message names what cannot be said. Leave it outside Pulumi, or change it in the account console first.",
    },
    CMK1019: {
        title: "The AWS provider is in another part of AWS",
        text: "A policy can let in principals of its own partition alone. Set `databricks:host` to the account console of the part that is meant, or give the component an AWS provider of that part.",
    },
    CMK1020: {
        title: "The option `import` does not work for these classes",
        text: "The engine tells a dynamic resource nothing of what is imported. Pass `adopt` among the arguments instead of the option.",
    },
    CMK1021: {
        title: "A package is not installed",
        text: "The message names it, and has the command or the line of `package.json` that adds it. Nothing was read or changed.",
    },
    CMK1022: {
        title: "Node.js is too old",
        text: "This package needs the version that the message names, in the program's process and in that of the provider. Install it and run the command again.",
    },
    CMK1023: {
        title: "The option `deletedWith` would leave an object behind",
        text: "With it the engine asks for no deletion: it drops the resource from the state when the other one is deleted or replaced, and nothing deletes the object. Remove the option. What lives inside a workspace takes it from `insideWorkspace`.",
    },
    CMK2001: {
        title: "The service says that there is no such object",
        text: "It may have been deleted outside Pulumi, or the id is wrong. `pulumi refresh` shows what is there.",
    },
    CMK2002: {
        title: "The service refuses because of another object",
        text: "A name is taken, or something still uses the object. Choose another name or take away what uses it, then run the command again.",
    },
    CMK2003: {
        title: "The rate limit was met for too long",
        text: "Requests wait for the rate limit and fail only if the service accepts nothing for the whole retry time. Run the command again later, or with a smaller `--parallel`.",
    },
    CMK2004: {
        title: "The service is not available",
        text: "It answered with errors of its own until `databricks:retryTimeoutSeconds` had passed. Run the command again later: what was made is in the state.",
    },
    CMK2005: {
        title: "The service denies access",
        text: "The credential was not accepted, or does not belong to an admin of the account or the workspace. Check the credential, the account id and the role of the service principal. Databricks' support finds the request by its id.",
    },
    CMK2006: {
        title: "Databricks cannot use the role or the bucket",
        text: "Its validation failed for longer than a new role or policy takes. Compare the policy with `crossAccountPolicy` or `rootBucketPolicy`, then run the command again.",
    },
    CMK2007: {
        title: "The service refuses the request",
        text: "The message has the service's own words. Correct the value that they name and run the command again. If it is the id of an object that does not exist any more, run `pulumi refresh` in the stack of its resource, then `pulumi up`, which creates a new one.",
    },
    CMK2008: {
        title: "A response cannot be used",
        text: "It does not have the API's form: a proxy, a gateway or another host may have sent it. Nothing was assumed from it. Check `databricks:host` and run the command again.",
    },
    CMK2009: {
        title: "There was no usable response",
        text: "The connection failed or took too long until `databricks:retryTimeoutSeconds` had passed. Check the network, then run the command again: nothing is lost, and nothing is made twice.",
    },
    CMK2010: {
        title: "The host cannot be spoken to",
        text: "Its name does not resolve, or its certificate is not trusted. Correct `databricks:host`; if a proxy of your company opens connections, name its certificate's file in `NODE_EXTRA_CA_CERTS`.",
    },
    CMK2011: {
        title: "A response is too large",
        text: "It has more bytes than were asked for, and nothing of it is kept.",
    },
    CMK2012: {
        title: "`pulumi up` would be refused",
        text: "The preview tried the credential with one read, and the account refused it. Nothing was created. The message names the setting to correct.",
    },
    CMK2013: {
        title: "The credential could not be tried",
        text: "The preview did not reach the account in time. This is a warning; `pulumi up` needs the connection.",
    },
    CMK2014: {
        title: "The workspace at a host is not certain",
        text: "Another workspace than the expected one answers at a host, both hosts are one workspace, or responses do not say which it is, or do not any more. Nothing (more) was copied, compared or deleted. Check the name server and the proxy of this machine.",
    },
    CMK2015: {
        title: "The service does not show a change that it accepted",
        text: "The state says what exists. Run `pulumi up` to ask again, or change the program to match; `databricks:updateTimeoutSeconds` allows it more time.",
    },
    CMK3001: {
        title: "A workspace is not deleted",
        text: "It is not empty, and its content is in no workspace that took over from it, or that cannot be told. The message says which. To delete it with everything in it, set `forceDestroy: true`, run `pulumi up`, then the command again.",
    },
    CMK3002: {
        title: "A workspace is not RUNNING",
        text: "It still provisions after the time that was allowed, or it failed. Run `pulumi up` again to go on waiting, with a larger `provisioningTimeoutSeconds` if it takes longer; of one that failed, correct the cause that the message names.",
    },
    CMK3003: {
        title: "A workspace still exists",
        text: "Its deletion was requested, and it is still shown. Run the same command again: it goes on waiting.",
    },
    CMK3004: {
        title: "A replacement is refused",
        text: "The program forbids it (`onKeyChange`), or would delete the old workspace before the new one has its content (`deleteBeforeReplace`); or a destroy with `--target` names what the workspace depends on. Nothing was changed. The message says what to do.",
    },
    CMK3005: {
        title: "The content of a workspace cannot be copied",
        text: "Both workspaces stay. The message says what is missing: access of the service principal, a host that answers, the key of the old workspace, or which workspace it is. With `migrateContent: false` it is replaced without its content.",
    },
    CMK3006: {
        title: "A copy is not complete",
        text: "Both workspaces stay. The message and the report name each object and its kind of finding. Solve them, or accept them by path or kind with `migrateContent.accept`, and run `pulumi up` again: it goes on from there.",
    },
    CMK3007: {
        title: "A workspace is to be replaced",
        text: "A preview says what happens to its content before anything is changed. If you do not mean it, bring the old value back.",
    },
    CMK3008: {
        title: "A failed workspace was repaired",
        text: "It was to be replaced because it had failed, and works now. Nothing was changed. Run `pulumi refresh`.",
    },
    CMK3009: {
        title: "The key of a workspace was not changed in place",
        text: "The service of this account refused it, and the workspace is as it was. Bring the old key back, or let a new workspace take over (`onKeyChange`).",
    },
    CMK3010: {
        title: "A KMS key is still needed",
        text: "A workspace uses the key, or may for 24 hours after a key change, and the program gives it up. A key that is disabled or deleted makes everything under it unreadable. Keep it until nothing uses it.",
    },
    CMK3011: {
        title: "Schedules wait to be started",
        text: "Schedules that were copied start once the old workspace is deleted, and the service did not take that for all of them, or it is not known. Start those that the message names, or run `pulumi up` again.",
    },
    CMK3012: {
        title: "A file could not be written",
        text: "A report, or the log of requests, is not written. Nothing else depends on it. Name another folder or file.",
    },
    CMK3013: {
        title: "A KMS key cannot be used",
        text: "The key of `keyArn` is disabled, about to be deleted, of another region or of another form than Databricks takes, or it cannot be looked at. The message says which, and what to do. Nothing was registered. A key that the program's credentials may not describe is taken unseen with `checkKey: false`.",
    },
    CMK3014: {
        title: "A key policy lets every Databricks account in",
        text: "Nothing names your account, so the policy of the new key has no condition on it, and any account that learns the key's ARN can register it. Give `accountId`, or set `databricks:accountId` or `DATABRICKS_ACCOUNT_ID`.",
    },
    CMK3015: {
        title: "A resource lives in a workspace that is replaced",
        text: "Its provider speaks to the new workspace by the time that it would be deleted in the old one. Give it `insideWorkspace(workspace, { provider })`, run `pulumi up`, and change the workspace after that.",
    },
    CMK3016: {
        title: "A workspace runs and cannot be used yet",
        text: "`waitUntilReachable` or `waitUntilReady` asked to wait until its host or its services respond, and they do not. The message says what is missing. Run `pulumi up` again to go on waiting, with a larger `provisioningTimeoutSeconds` if it takes longer; remove the argument if this machine never reaches the workspace.",
    },
    CMK3017: {
        title: "The configuration names another account than the resource is in",
        text: "A resource stays in the account in which it was created, and requests about it go there, with the credential of today. What is new is created in the configured account. Correct `databricks:accountId`, `DATABRICKS_ACCOUNT_ID` or the profile if that is a mistake; otherwise give the resource its own `accountId`. For another account use another stack.",
    },
} as const satisfies Readonly<Record<string, Situation>>;

/** The code of an error or a warning. */
export type Code = keyof typeof codes;
