import type { Behavior, WorkspaceBehavior } from "../../local-cloud";
import type { Scene } from "./scene";

/** What a check makes: nothing, registrations in the account, or a workspace too. */
export const levels = ["read", "objects", "workspace"] as const;

/** A level; each includes those before it. */
export type Level = (typeof levels)[number];

/** What a level makes and costs, for whoever is about to run it. */
export const costs: Readonly<Record<Level, string>> = {
    read: "It only reads, and costs nothing.",
    objects: "It makes registrations in the account and deletes them, which costs nothing.",
    workspace:
        "It makes a workspace, uses it for about half an hour (with --role up to two, because updates take long), and deletes it. Nothing computes in it. With --role and without --vpc, Databricks makes a VPC with a NAT gateway in the AWS account meanwhile, which AWS charges by the hour; without --role, the workspace is serverless and costs nothing.",
};

/** What somebody has to give for a check beside an account. */
export type Need = "role and bucket" | "key" | "two keys";

/** An option of the local cloud that says in which of its known ways the service behaves. */
export type BehaviorName = keyof Behavior | `workspace.${keyof WorkspaceBehavior}`;

/** What was seen: a word, a number, or whether. Never an id, a name or a secret of the account. */
export type Seen = string | number | boolean;

/** One thing that the service is asked. */
export interface Check {
    /** Unique among all checks, in kebab case. */
    readonly id: string;
    readonly level: Level;
    /** Default: an account alone. */
    readonly needs?: Need;
    /** The option of the local cloud that decides it, whose values are what can be seen. */
    readonly states?: BehaviorName;
    /** What the local cloud does by default. */
    readonly expected: Seen;
    /** Asks. Throws `NotTried` if it cannot be told. */
    readonly see: (scene: Scene) => Promise<Seen>;
}

/** A row of docs/service-behavior.md. */
export interface Row {
    /** What the service does. */
    readonly service: string;
    /** Where that is known from, in the words of the page's legend. */
    readonly source: string;
    /** What this package does about it. */
    readonly package: string;
    /** The option of the local cloud for it, in Markdown. Default: none. */
    readonly behavior?: string;
    /** Its checks, or why it has none. */
    readonly checks: readonly [Check, ...Check[]] | string;
}

/** Why a check could not be made, as a clause. */
export class NotTried extends Error {}
