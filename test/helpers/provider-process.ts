import { InitializationError } from "../../provider/resource/errors";
import { type Environment, Session } from "../../provider/runtime/session";
import type { Properties } from "../../provider/util/property-path";
import { LocalCloud, type LocalCloudOptions } from "../../local-cloud";
import type { FakeClock } from "./environment";
import { objectTypes, type ObjectType } from "../../provider/contract/kinds";
import { createHandler, registry } from "../../provider/registry";
import type { ObjectDefinition } from "../../provider/resource/definition";
import type { ObjectHandler } from "../../provider/resource/handler";
import { fakeEnvironment, ownerFor } from "./environment";
import { withoutConnections } from "./without-connections";

/** The handler of the kind with this definition. */
export function handlerOf(object: ObjectDefinition, session: Session): ObjectHandler {
    const kind = objectTypes.find((type: ObjectType) => registry[type].definition === object);
    if (kind === undefined) throw new Error(`no kind has the definition of a ${object.noun}`);
    return createHandler(kind, session);
}

/** The handlers of a provider process that begins now: it knows no list of before. */
export function handlersOf(environment: Environment) {
    const session = new Session(environment);
    // As the stack's identity notes where no `--target` leaves it out.
    session.claims.isWholeProgram = true;
    return {
        claims: session.claims,
        credentials: createHandler("Credentials", session),
        storage: createHandler("StorageConfiguration", session),
        key: createHandler("CustomerManagedKey", session),
        network: createHandler("Network", session),
        endpoint: createHandler("VpcEndpoint", session),
        settings: createHandler("PrivateAccessSettings", session),
        workspace: createHandler("Workspace", session),
    };
}

export type Handlers = ReturnType<typeof handlersOf>;

/** A local cloud, and a provider process against it, both by one fake clock. */
export async function startProvider<SomeClock extends FakeClock>(
    clock: SomeClock,
    options: LocalCloudOptions = {},
): Promise<{
    cloud: LocalCloud;
    clock: SomeClock;
    world: ReturnType<typeof fakeEnvironment>;
    handlers: Handlers;
}> {
    const cloud = withoutConnections(
        await LocalCloud.start({ provisioningMilliseconds: 30_000, now: () => clock.now(), ...options }),
    );
    const world = fakeEnvironment(cloud.environment(), clock);
    return { cloud, clock, world, handlers: handlersOf(world) };
}

export const ROLE_ARN = "arn:aws:iam::123456789012:role/r";

/** The inputs of a workspace `w`, whose role and bucket are registered for it. */
export async function workspaceInputs(
    { credentials, storage }: Pick<Handlers, "credentials" | "storage">,
    more: Properties = {},
): Promise<Record<string, unknown>> {
    const role = await credentials.create({ roleArn: ROLE_ARN, owner: ownerFor("c") });
    const bucket = await storage.create({ bucketName: "root-bucket", owner: ownerFor("s") });
    return {
        workspaceName: "w",
        awsRegion: "us-east-1",
        credentialsId: role.id,
        storageConfigurationId: bucket.id,
        owner: ownerFor("w"),
        ...more,
    };
}

/** What a promise comes to: `ok`, or its error's message. */
export const outcome = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
        () => "ok",
        (error: Error) => error.message,
    );

/** The init error that a promise ends with. */
export async function initializationError(promise: Promise<unknown>): Promise<InitializationError> {
    const error = await promise.then(
        () => undefined,
        (thrown: unknown) => thrown,
    );
    if (!(error instanceof InitializationError)) throw new Error(`not an init error: ${String(error)}`);
    return error;
}

/** The POST requests that a local cloud has got for objects of one kind. */
export const postsOf = (cloud: LocalCloud, collection: string) =>
    cloud.requests.filter(({ method, path }) => method === "POST" && path.endsWith(`/${collection}`));
