import { randomUUID } from "node:crypto";

import { ApiError, invalid } from "../http";
import type { Contents } from "./contents";
import type { Node, Tree } from "./tree";

/** When a dashboard is refreshed, with the names of the API. */
export interface DashboardSchedule {
    readonly display_name?: string;
    readonly cron_schedule: { readonly quartz_cron_expression: string; readonly timezone_id: string };
    readonly pause_status: "PAUSED" | "UNPAUSED";
    readonly warehouse_id?: string;
}

/** Who is told of a refresh: a user by the user's id, or a notification destination. */
export interface Subscriber {
    readonly user_subscriber?: { readonly user_id: string };
    readonly destination_subscriber?: { readonly destination_id: string };
}

/** A subscription of a schedule. */
export interface KeptSubscription {
    readonly id: string;
    readonly subscriber: Subscriber;
    readonly skipNotify: boolean | undefined;
    /** The id of the user who made it. */
    readonly createdBy: string | undefined;
    readonly createdAt: number;
}

/** A schedule with its subscriptions. */
export interface KeptSchedule {
    readonly id: string;
    fields: DashboardSchedule;
    /** Changes with each update. */
    revision: number;
    readonly createdAt: number;
    updatedAt: number;
    readonly subscriptions: Map<string, KeptSubscription>;
}

/** What readers of a dashboard see. Its content is kept encrypted. */
export interface PublishedDashboard {
    readonly displayName: string;
    readonly warehouseId: string | undefined;
    readonly embedCredentials: boolean;
    readonly createdAt: number;
    readonly sealed: Buffer;
}

/** What a dashboard has beside the draft, which is an object of the tree. */
export interface DashboardState {
    warehouseId: string | undefined;
    revision: number;
    published: PublishedDashboard | undefined;
    readonly schedules: Map<string, KeptSchedule>;
}

/** The dashboards of a workspace. What has been imported is a draft: not published, without a warehouse and schedules. */
export class Dashboards {
    /** Those that were deleted by their id, as they are still shown: they are in the trash. */
    readonly trashed = new Map<string, Readonly<Record<string, unknown>>>();
    /** What is shown until then of those that were changed. */
    readonly before = new Map<string, { readonly until: number; readonly shown: Readonly<Record<string, unknown>> }>();
    private readonly states = new Map<Node, DashboardState>();

    constructor(
        private readonly tree: Tree,
        private readonly now: () => number,
    ) {}

    /** The draft with an id. Throws `ApiError`. */
    require(id: string): Node {
        const node = this.tree.byId(id);
        if (node?.type !== "DASHBOARD" || node.resourceId !== id) throw noDashboard(id);
        return node;
    }

    /** What a dashboard has beside the draft. */
    stateOf(node: Node): DashboardState {
        const known = this.states.get(node);
        if (known !== undefined) return known;
        const state = { warehouseId: undefined, revision: 1, published: undefined, schedules: new Map() };
        this.states.set(node, state);
        return state;
    }

    /** Lets readers see the draft as it is, or another content. */
    publish(
        contents: Contents,
        node: Node,
        how: { warehouseId?: string; embedCredentials?: boolean; content?: Buffer },
    ): PublishedDashboard {
        const state = this.stateOf(node);
        const content = how.content ?? contents.readBytes(node);
        state.published = {
            displayName: displayNameOf(node),
            warehouseId: how.warehouseId ?? state.warehouseId,
            embedCredentials: how.embedCredentials ?? false,
            createdAt: this.now(),
            sealed: contents.seal(`published/${node.id}`, content),
        };
        return state.published;
    }

    /** What readers see; `undefined` if it is not published. */
    readPublished(contents: Contents, node: Node): Buffer | undefined {
        const { published } = this.stateOf(node);
        return published === undefined ? undefined : contents.open(`published/${node.id}`, published.sealed);
    }

    /** Gives a dashboard a schedule. */
    addSchedule(node: Node, fields: DashboardSchedule): KeptSchedule {
        const time = this.now();
        const schedule: KeptSchedule = {
            ...{ id: randomUUID(), fields, revision: 1, createdAt: time, updatedAt: time },
            subscriptions: new Map(),
        };
        this.stateOf(node).schedules.set(schedule.id, schedule);
        return schedule;
    }

    /** Lets somebody be told. Throws `ApiError` if this one is told already. */
    subscribe(
        { subscriptions }: KeptSchedule,
        subscriber: Subscriber,
        { createdBy, skipNotify }: { createdBy?: string | undefined; skipNotify?: boolean | undefined } = {},
    ): KeptSubscription {
        const same = JSON.stringify(subscriber);
        if ([...subscriptions.values()].some((one) => JSON.stringify(one.subscriber) === same))
            throw new ApiError(409, "ALREADY_EXISTS", "The subscription exists already.");
        const subscription = { id: randomUUID(), subscriber, skipNotify, createdBy, createdAt: this.now() };
        subscriptions.set(subscription.id, subscription);
        return subscription;
    }

    /** The schedules that run, by dashboard and name. */
    running(): string[] {
        return this.all().flatMap(([{ path }, { schedules }]) =>
            [...schedules.values()]
                .filter(({ fields }) => fields.pause_status === "UNPAUSED")
                .map(({ fields }) => `${path}: ${fields.display_name ?? fields.cron_schedule.quartz_cron_expression}`),
        );
    }

    /** The dashboards that have more than a draft. */
    all(): [Node, DashboardState][] {
        for (const node of this.states.keys()) if (this.tree.byId(node.id) !== node) this.states.delete(node);
        return [...this.states];
    }
}

/** The refusal of an id that no dashboard has, or none yet. */
export function noDashboard(id: string): ApiError {
    return new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Unable to find dashboard [${id}]`);
}

/** A dashboard's name, which is that of its file without the ending. */
export function displayNameOf({ path }: Pick<Node, "path">): string {
    return path.slice(path.lastIndexOf("/") + 1).replace(/\.lvdash\.json$/, "");
}

/** A schedule out of a request. Throws `ApiError`. */
export function scheduleOf(body: Readonly<Record<string, unknown>>): DashboardSchedule {
    const { cron_schedule: cron, pause_status: pause = "UNPAUSED", display_name: name, warehouse_id: warehouse } = body;
    const { quartz_cron_expression: expression, timezone_id: zone } = (cron ?? {}) as Record<string, unknown>;
    if (typeof expression !== "string" || typeof zone !== "string")
        throw invalid("Missing required field: cron_schedule with quartz_cron_expression and timezone_id");
    if (pause !== "PAUSED" && pause !== "UNPAUSED") throw invalid(`pause_status ${String(pause)} is not supported.`);
    return {
        ...(typeof name === "string" ? { display_name: name } : {}),
        cron_schedule: { quartz_cron_expression: expression, timezone_id: zone },
        pause_status: pause,
        ...(typeof warehouse === "string" ? { warehouse_id: warehouse } : {}),
    };
}
