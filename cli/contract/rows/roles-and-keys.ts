import type { Answer } from "../answer";
import { NotTried, type Row } from "../row";
import type { Scene } from "../scene";

/** Roles, buckets and keys. */
export const roleAndKeyRows: readonly Row[] = [
    {
        service: 'A new role is not visible yet: "Failed credential validation checks: ...", in several spellings.',
        source: "Users",
        package: "Waits until it is, at most `databricks:validationTimeoutSeconds`.",
        behavior: "`roleValidation`, `validationWords`, `validationCode`",
        checks: [
            {
                id: "unusable-role",
                level: "objects",
                states: "roleValidation",
                expected: "credentials",
                see: async (scene) => ((await scene.unusableRole()).isSuccess ? "workspaces" : "credentials"),
            },
            {
                id: "unusable-role-words",
                level: "objects",
                states: "validationWords",
                expected: "credential",
                see: async (scene) => {
                    const answer = await refusal(scene);
                    return /failed (credentials?) validation checks?/i.exec(answer.text)?.[1] ?? "other words";
                },
            },
            {
                id: "unusable-role-code",
                level: "objects",
                states: "validationCode",
                expected: "INVALID_PARAMETER_VALUE",
                see: async (scene) => (await refusal(scene)).code,
            },
            {
                id: "unusable-role-format",
                level: "objects",
                states: "validationFormat",
                expected: "as others",
                see: async (scene) => {
                    const { format } = await refusal(scene);
                    const other = await scene.ask("GET", "/networks/not-a-uuid");
                    return format === other.format ? "as others" : format;
                },
            },
        ],
    },
    {
        service:
            "A role or bucket that lacks permissions is refused in the same words as a new one, with the failed checks.",
        source: "Users",
        package: "After the wait, an error that tells the two apart by the checks that each refusal named.",
        behavior: "`cloud.account.setMissingPermissions`",
        checks: "it would take a role that lacks permissions",
    },
    {
        service:
            "A registration for STORAGE that leaves `reuse_key_for_cluster_volumes` out encrypts cluster volumes too.",
        source: "CMK",
        package: "`EncryptionKey` always says `false` unless asked; left out and `true` are no difference.",
        behavior: "`reuseKeyDefault`",
        checks: [
            {
                id: "reuse-key",
                level: "objects",
                needs: "key",
                states: "reuseKeyDefault",
                expected: "true",
                see: async (scene) => {
                    const answer = (await scene.registerKey(scene.given.keys[0], ["STORAGE"])).done("the key");
                    const found = /"reuse_key_for_cluster_volumes"\s*:\s*(\w+)/.exec(answer.text)?.[1] ?? "unset";
                    return found === "null" ? "unset" : found;
                },
            },
        ],
    },
    {
        service: "The key policy names the Databricks account by `aws:PrincipalTag/DatabricksAccountId`.",
        source: "CMK",
        package: "`EncryptionKey` and `databricksKeyPolicy` add the condition if the account is known.",
        behavior: "a session of the local KMS has the tag",
        checks: "it would change the policy of a key",
    },
    {
        service:
            "A key that is disabled, pending deletion, asymmetric, managed by AWS or of another region cannot be used.",
        source: "CMK",
        package: "`EncryptionKey` with `keyArn` reads the key first. [Components](components.md)",
        behavior: "`aws.kms.getKey`",
        checks: "it would take such keys",
    },
    {
        service:
            "A disabled or deleted KMS key makes reads and writes of notebooks fail at the end of the control plane's cache interval.",
        source: "Preview",
        package: "`npm start` shows it.",
        behavior: "`dekCacheMilliseconds`",
        checks: "the command `drill` shows it",
    },
];

/** What refuses the role that cannot exist. */
async function refusal(scene: Scene): Promise<Answer> {
    const answer = await scene.unusableRole();
    if (answer.isSuccess) throw new NotTried("no role is refused when credentials are created");
    return answer;
}
