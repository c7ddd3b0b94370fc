import { collections } from "../created";
import { NotTried, type Row } from "../row";
import { type Scene, waited } from "../scene";

/** An id that no object has. */
const NOBODY = "00000000-0000-4000-8000-000000000000";

const missing = (scene: Scene) => scene.ask("GET", `/networks/${NOBODY}`);

/** The forms of the Account API: lists, refusals, fields. */
export const accountRows: readonly Row[] = [
    {
        service: "A POST has no idempotency key: one whose response was lost may have created the object.",
        source: "API",
        package: "Looks at the account before it repeats the POST. [Recovery](recovery.md)",
        behavior: "`cloud.inject`, `equalPost`",
        checks: [
            {
                id: "equal-post",
                level: "objects",
                needs: "key",
                states: "equalPost",
                expected: "new",
                see: async (scene) => {
                    const first = (await scene.key()).done("the key").record["customer_managed_key_id"];
                    const second = await scene.registerKey(scene.given.keys[0], ["MANAGED_SERVICES"]);
                    if (!second.isSuccess) return "refused";
                    return second.record["customer_managed_key_id"] === first ? "existing" : "new";
                },
            },
        ],
    },
    {
        service: "A name belongs to one registration of its kind: another POST with it is refused.",
        source: "API",
        package: "Says which object has the name, and how to adopt it.",
        checks: [
            {
                id: "same-name",
                level: "objects",
                expected: 409,
                see: async (scene) => {
                    (await scene.storage()).done("a storage configuration");
                    const other = scene.storageBody("storage", scene.name("other-bucket"));
                    return (await scene.make(collections.storage, other)).status;
                },
            },
        ],
    },
    {
        service: "429 with `Retry-After`; the allowed rate is not published.",
        source: "API",
        package: "All requests to the account share one rate limiter, those to a workspace by endpoint.",
        behavior: "`requestsPerSecond`",
        checks: "it would take a flood of requests",
    },
    {
        service: "A refusal can be plain text (`CODE: message`) or an HTML page.",
        source: "Users",
        package: "Code and message, or the page's title, are shown: at most 500 characters, without secrets.",
        behavior: "`errors`, `validationFormat`",
        checks: [
            {
                id: "refusal-format",
                level: "read",
                states: "errors",
                expected: "json",
                see: async (scene) => (await missing(scene)).format,
            },
            {
                id: "missing-object",
                level: "read",
                expected: "404 RESOURCE_DOES_NOT_EXIST",
                see: async (scene) => {
                    const answer = await missing(scene);
                    return `${answer.status} ${answer.code}`;
                },
            },
            {
                id: "malformed-id",
                level: "read",
                expected: 400,
                see: async (scene) => (await scene.ask("GET", "/networks/not-a-uuid")).status,
            },
        ],
    },
    {
        service: "Responses hold unknown fields, null, numbers as strings, new status words, lists inside an object.",
        source: "API, Users",
        package: "Understood if the meaning is clear; if not, an error names the field.",
        behavior: "`numbers`, `absentFields`, `lists`",
        checks: [
            {
                id: "list-form",
                level: "read",
                states: "lists",
                expected: "array",
                see: async (scene) => {
                    const { text } = (await scene.ask("GET", "/storage-configurations")).done("a list");
                    return text.trimStart().startsWith("[") ? "array" : "object";
                },
            },
            {
                id: "number-form",
                level: "objects",
                states: "numbers",
                expected: "number",
                see: async (scene) => {
                    const { text } = (await scene.storage()).done("a storage configuration");
                    const form = /"creation_time"\s*:\s*("?)\d/.exec(text);
                    if (form === null) throw new NotTried("the response has no creation_time");
                    return form[1] === "" ? "number" : "string";
                },
            },
            {
                id: "absent-field",
                level: "objects",
                states: "absentFields",
                expected: "omitted",
                see: async (scene) => {
                    const { record } = (await scene.storage()).done("a storage configuration");
                    const value = record["role_arn"];
                    return value === undefined ? "omitted" : value === null ? "null" : typeof value;
                },
            },
        ],
    },
    {
        service: "Fields of a request that the service does not know are ignored.",
        source: "Terraform",
        package: "A misspelt input fails at preview.",
        behavior: "`unknownFields`",
        checks: [
            {
                id: "unknown-field",
                level: "objects",
                states: "unknownFields",
                expected: "ignore",
                see: async (scene) => {
                    const body = scene.storageBody("unknown", scene.name("bucket"), { no_such_field: "x" });
                    return (await scene.make(collections.storage, body)).isSuccess ? "ignore" : "reject";
                },
            },
        ],
    },
    {
        service: "A list can show a new object later than its GET does.",
        source: "Users",
        package: "Looks again before it creates anew what may be there.",
        behavior: "`listMilliseconds`",
        checks: [
            {
                id: "list-shows-new",
                level: "objects",
                states: "listMilliseconds",
                expected: 0,
                see: async (scene) => {
                    // Another one than the other checks look at: it must be new.
                    const answer = await scene.make(collections.storage, scene.storageBody("listed"));
                    const { storage_configuration_id: id } = answer.done("a storage configuration").record;
                    const isListed = async () =>
                        (await scene.ask("GET", "/storage-configurations"))
                            .done("the list")
                            .list.some((one) => one["storage_configuration_id"] === id);
                    return waited(await scene.until(10 * 60_000, isListed), "it was not listed");
                },
            },
        ],
    },
    {
        service: "A subnet or security group belongs to one network registration at a time.",
        source: "API",
        package:
            "Warns at preview of two networks of a program, and of a replacement in use, that name one; deletes an unused network before its replacement; the refusal says what to do.",
        behavior: '`subnets: "exclusive"` (default)',
        checks: [
            {
                id: "shared-subnet",
                level: "objects",
                states: "subnets",
                expected: "exclusive",
                see: async (scene) => {
                    (await network(scene, "net-1")).done("a network");
                    return (await network(scene, "net-2")).isSuccess ? "shared" : "exclusive";
                },
            },
        ],
    },
    {
        service: "Some accounts let networks share subnets and security groups, which is only not recommended.",
        source: "Terraform",
        package: "Nothing is refused before the service is asked.",
        behavior: '`subnets: "shared"`',
        checks: "`shared-subnet` tells",
    },
    {
        service: "A network that no workspace uses is UNATTACHED: its VPC is looked at when a workspace has it.",
        source: "SDKs",
        package: "`vpcStatus` is an output, and no input waits for it.",
        checks: [
            {
                id: "new-network",
                level: "objects",
                expected: "UNATTACHED",
                see: async (scene) => {
                    const { record } = (await network(scene, "net-3", "2")).done("a network");
                    return String(record["vpc_status"]);
                },
            },
        ],
    },
];

/** A network of a VPC that does not exist: registrations are not looked at before a workspace has them. */
function network(scene: Scene, what: string, digit = "1") {
    const id = (kind: string, last: string) => `${kind}-0c0ffee0c0ffee${last.repeat(3)}`;
    return scene.make(collections.networks, {
        network_name: scene.name(what),
        vpc_id: id("vpc", "0"),
        subnet_ids: [id("subnet", `${digit}`), id("subnet", `${Number(digit) + 2}`)],
        security_group_ids: [id("sg", digit)],
    });
}
