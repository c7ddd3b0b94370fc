import type { KMSClient } from "@aws-sdk/client-kms";

import { regionOfKeyArn } from "../../provider/contract/forms";
import { withoutNodeWarning } from "../../sdk/aws-sdk";
import { requirePeers } from "../../sdk/peers";
import { UsageError } from "../command";

/** What the drill needs of the KMS key. */
export interface KeySwitch {
    readonly arn: string;
    /** Its state in KMS' words: `Enabled`, `Disabled`, `PendingDeletion` and others. */
    state(): Promise<string>;
    disable(): Promise<void>;
    enable(): Promise<void>;
}

/** How long one attempt to reach the KMS may take, in milliseconds: AWS' SDK waits without end if nothing is said. */
const ATTEMPT_TIMEOUT = 30_000;

/** A KMS key, spoken to by AWS' own SDK with its usual sources of credentials. */
export class DrillKey implements KeySwitch {
    private client: Promise<KMSClient> | undefined;

    /** @throws an error with the command that installs the SDK, if it is not installed. */
    constructor(
        readonly arn: string,
        private readonly environment: Readonly<Record<string, string | undefined>>,
        private readonly timeout = ATTEMPT_TIMEOUT,
    ) {
        requirePeers({ part: "The command drill", peers: ["@aws-sdk/client-kms"] });
    }

    async state(): Promise<string> {
        const { DescribeKeyCommand } = await import("@aws-sdk/client-kms");
        const { KeyMetadata } = await (await this.kms()).send(new DescribeKeyCommand({ KeyId: this.arn }));
        return KeyMetadata?.KeyState ?? "without a state";
    }

    async disable(): Promise<void> {
        const { DisableKeyCommand } = await import("@aws-sdk/client-kms");
        await (await this.kms()).send(new DisableKeyCommand({ KeyId: this.arn }));
    }

    async enable(): Promise<void> {
        const { EnableKeyCommand } = await import("@aws-sdk/client-kms");
        await (await this.kms()).send(new EnableKeyCommand({ KeyId: this.arn }));
    }

    private kms(): Promise<KMSClient> {
        const endpoint = this.environment["AWS_ENDPOINT_URL_KMS"];
        const region = regionOfKeyArn(this.arn);
        const requestHandler = {
            connectionTimeout: this.timeout,
            requestTimeout: this.timeout,
            throwOnRequestTimeout: true,
        };
        const options = { region, requestHandler, ...(endpoint === undefined ? {} : { endpoint }) };
        this.client ??= import("@aws-sdk/client-kms").then(({ KMSClient: Client }) =>
            withoutNodeWarning(() => new Client(options)),
        );
        return this.client;
    }
}

/** The line that enables a key by hand. A key that is pending deletion has to be kept first, and is disabled then. */
export function enableCommand(arn: string, state = "Disabled"): string {
    const command = (name: string) => `aws kms ${name} --region ${regionOfKeyArn(arn)} --key-id ${arn}`;
    const enable = command("enable-key");
    return state === "PendingDeletion" ? `${command("cancel-key-deletion")} && ${enable}` : enable;
}

/** The line that cancels the deletion of a key by hand, which is disabled afterwards. */
export function cancelCommand(arn: string): string {
    return `aws kms cancel-key-deletion --region ${regionOfKeyArn(arn)} --key-id ${arn}`;
}

/** Checks that a text is the ARN of a KMS key, and of no alias. Throws `UsageError`. */
export function requireKeyArn(text: string): string {
    if (/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/.test(text)) return text;
    throw new UsageError(
        `--key must be the ARN of the KMS key, such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab, not "${text}"`,
    );
}
