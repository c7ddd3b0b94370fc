import { isRecord } from "../../util/property-path";
import type { MigrationContext } from "../pass";
import { alertsApi, fieldsIn, type SqlFields, type SqlObject } from "../workspace-sql";
import { nameOfPaused, nameOnceStarted } from "./paused-schedules";
import { same } from "./queries";
import { sqlContentKind } from "./sql";
import type { SqlForm, WantedSql } from "./sql-copy";
import type { Warehouses } from "./warehouses";

/** What somebody writes of an alert beside its name. */
const WRITTEN = [
    ...["query_text", "warehouse_id", "evaluation", "custom_description", "custom_summary"],
    ...["parameters", "quartz_cron_schedule", "timezone_id"],
];

/** SQL alerts. Until the old workspace is deleted, none that came from it runs in the new one. */
export const alerts = sqlContentKind({
    name: "alerts",
    noun: "alert",
    type: { type: "ALERT", typeName: "ALERT" },
    api: alertsApi,
    form: ({ from }: MigrationContext, warehouses, caller) => new AlertForm(from.workspaceId ?? "", warehouses, caller),
    warehouseOf: warehouseIn,
    loss: (alert) => lossOf(alert, 0),
    doubt: (alert, caller) => isOther(runnerOf(alert), caller) && "user_name" in runAs(runnerOf(alert)),
});

class AlertForm implements SqlForm {
    constructor(
        private readonly oldId: string,
        private readonly warehouses: Warehouses,
        readonly caller: string,
    ) {}

    wanted(source: SqlObject, _idOf: unknown, there?: SqlObject): WantedSql {
        const { fields } = source;
        const { name, waitsFor } = nameOnceStarted(source.name);
        const isToRun = isRunning(source) || waitsFor.length > 0;
        // What still runs in other workspaces waits for those too.
        const running = [this.oldId, ...waitsFor, ...nameOnceStarted(there?.name).waitsFor];
        const [warehouse, runner] = [this.warehouses.idOf(warehouseIn(source)), runnerOf(source)];
        const { quartz_cron_schedule, timezone_id } = fieldsIn(fields["schedule"]);
        const { custom_description, custom_summary, parameters, query_text } = fields;
        return {
            fields: {
                ...{ query_text, warehouse_id: warehouse, evaluation: evaluationIn(fields) },
                ...present({ custom_description, custom_summary, parameters }),
                display_name: isToRun ? nameOfPaused(running, name) : name,
                schedule: { quartz_cron_schedule, timezone_id, pause_status: "PAUSED" },
                // What ran with the rights of somebody must not run with those of whoever copies it.
                ...(runner !== undefined && isOther(runner, this.caller) ? { run_as: runAs(runner) } : {}),
            },
            first: {},
            ...(warehouse === undefined ? { waitsFor: "it waits for its SQL warehouse, which is named." } : {}),
        };
    }

    isWritten({ fields }: WantedSql, target: SqlObject): boolean {
        return same(WRITTEN, writtenIn(fields), writtenIn(target.fields));
    }

    isSet({ fields }: WantedSql, target: SqlObject): boolean {
        const runner = fields["run_as"] === undefined ? this.caller : Object.values(fieldsIn(fields["run_as"]))[0];
        if (isOther(runnerOf(target), String(runner))) return false;
        const { waitsFor } = nameOnceStarted(target.name);
        const { waitsFor: running } = nameOnceStarted(String(fields["display_name"]));
        // Whoever has started it in the new workspace did so knowingly.
        if (waitsFor.length === 0) return running.length === 0 || isRunning(target);
        return running.length > 0 && running.every((one) => waitsFor.includes(one));
    }

    loss(source: SqlObject, target: SqlObject): string | undefined {
        return lossOf(source, destinationsOf(target));
    }
}

/** @param present how many notification destinations the alert of the new workspace tells. */
function lossOf(alert: SqlObject, present: number): string | undefined {
    return destinationsOf(alert) <= present
        ? undefined
        : 'it tells notification destinations, which have other ids in the new workspace: add them there, or accept "alerts".';
}

function writtenIn(fields: SqlFields): SqlFields {
    return { ...fields, ...fieldsIn(fields["schedule"]), evaluation: evaluationIn(fields) };
}

/** What is evaluated, without the last result and without destinations, which belong to one workspace. */
function evaluationIn({ evaluation }: SqlFields): SqlFields {
    const { source, comparison_operator, empty_result_state, threshold, notification } = fieldsIn(evaluation);
    const { subscriptions, ...more } = fieldsIn(notification);
    const users = listIn(subscriptions).filter((one) => fieldsIn(one)["destination_id"] == null);
    return present({
        ...{ source, comparison_operator, empty_result_state, threshold },
        notification: notification == null ? undefined : { ...more, ...(users.length > 0 && { subscriptions: users }) },
    });
}

function destinationsOf({ fields }: SqlObject): number {
    const { subscriptions } = fieldsIn(fieldsIn(fields["evaluation"])["notification"]);
    return listIn(subscriptions).filter((one) => fieldsIn(one)["destination_id"] != null).length;
}

function listIn(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

function isRunning({ fields }: SqlObject): boolean {
    const { schedule } = fields;
    return isRecord(schedule) && schedule["pause_status"] !== "PAUSED";
}

/** With whose rights it runs; `undefined`: the service does not say. */
function runnerOf({ fields, owner }: SqlObject): string | undefined {
    for (const one of [fieldsIn(fields["run_as"]), fieldsIn(fields["effective_run_as"])])
        for (const name of [one["user_name"], one["service_principal_name"]]) if (typeof name === "string") return name;
    const name = fields["run_as_user_name"];
    return typeof name === "string" && name !== "" ? name : owner;
}

function runAs(runner = ""): SqlFields {
    return runner.includes("@") ? { user_name: runner } : { service_principal_name: runner };
}

function isOther(one: string | undefined, other: string): boolean {
    return one !== undefined && one.toLowerCase() !== other.toLowerCase();
}

function warehouseIn({ fields }: SqlObject): string {
    const id = fields["warehouse_id"];
    return typeof id === "string" ? id : "";
}

function present(fields: SqlFields): SqlFields {
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
