/** A uuid, in capitals or not. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The region in the ARN of a KMS key; `undefined`: it is the ARN of something else. */
export function regionOfKeyArn(arn: string | undefined): string | undefined {
    return arn === undefined ? undefined : /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:/.exec(arn)?.[1];
}
