import type { Behavior } from "../behavior";
import { ApiError } from "../http";

/** A role of an AWS account that cannot exist. */
const NOBODYS = /^arn:[\w-]+:iam::0{12}:/;

/** Roles and buckets that AWS does not show everywhere at once, or that lack permissions: workspaces cannot use them. */
export class Propagation {
    /** How long a role or bucket is refused, in milliseconds after it is first named. */
    delay = 0;
    private readonly firstNamed = new Map<string, number>();
    private readonly missing = new Map<string, readonly string[]>();

    constructor(
        private readonly behavior: Behavior,
        private readonly now: () => number,
    ) {}

    /** Says which permissions a role or bucket lacks; none ends it. */
    setMissing(name: string, permissions: readonly string[]): void {
        if (permissions.length === 0) this.missing.delete(name);
        else this.missing.set(name, permissions);
    }

    /** Refuses a role that is not to be seen yet, or that lacks permissions. */
    requireRole(arn: string): void {
        const words = this.behavior.validationWords;
        this.requirePropagated(
            arn,
            `Failed ${words} validation checks`,
            "please use a valid cross account IAM role with permissions setup correctly",
        );
    }

    /** Refuses a bucket that is not to be seen yet, or that lacks permissions. */
    requireBucket(name: string): void {
        const problem = `the bucket ${name} cannot be reached`;
        this.requirePropagated(name, "Failed storage configuration validation checks", problem);
    }

    private requirePropagated(name: string, failure: string, problem: string): void {
        const first = this.firstNamed.get(name) ?? this.now();
        this.firstNamed.set(name, first);
        const missing = this.missing.get(name);
        if (missing === undefined && !NOBODYS.test(name) && this.now() >= first + this.delay) return;
        const { validationCode, validationFormat } = this.behavior;
        throw new ApiError(400, validationCode, `${failure}: ${missing?.join(", ") ?? problem}`, validationFormat);
    }
}
