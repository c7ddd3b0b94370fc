import { idOf } from "./account-service";
import { KEY, STORAGE_KEY } from "./stacks";
import type { World } from "./world";

export type DriftField = "key" | "storage-key" | "tag" | "label" | "connectivity" | "access" | "gone";

/** Something happens to the account, outside Pulumi. */
export type ChangeOfAccount =
    /** Somebody writes in every workspace that runs. */
    | { readonly do: "write" }
    /** Somebody changes a workspace in the account console. */
    | { readonly do: "drift"; readonly field: DriftField; readonly value: number; readonly at: number }
    /** The next workspace fails before it runs, or all fail that are there. */
    | { readonly do: "fail"; readonly next: boolean }
    | { readonly do: "repair" }
    | { readonly do: "time"; readonly skew: number; readonly passes: number }
    | { readonly do: "trees"; readonly readable: boolean }
    | {
          readonly do: "service";
          readonly updates: "at-once" | "late" | "dropped";
          readonly equalPost: "new" | "existing";
          /** Which objects are listed with their times. */
          readonly times: "all" | "files";
          /** Whether the lists of folders have pages, if the local cloud knows pages. */
          readonly pages: boolean;
      };

/** Changes the account. */
export function changeAccount(world: World, step: ChangeOfAccount): Promise<void> | void {
    const { account, behavior, hosts } = world.service;
    switch (step.do) {
        case "write":
            return world.people.writeEverywhere(0);
        case "drift":
            return drift(world, step);
        case "fail":
            if (step.next) account.nextOutcome = { status: "FAILED", message: "No capacity." };
            else for (const id of world.workspaces().keys()) account.setStatus(id, "FAILED", "Lost.");
            return;
        case "repair":
            for (const [id, { workspace_status }] of world.workspaces())
                if (workspace_status === "FAILED") account.setStatus(id, "RUNNING", "");
            return;
        case "time":
            world.clock.skew = step.skew;
            world.clock.pass(step.passes);
            return;
        case "trees":
            hosts.treesReadable = step.readable;
            return;
        case "service":
            Object.assign(behavior, { updates: step.updates, equalPost: step.equalPost });
            hosts.behave({ times: step.times, listPage: step.pages ? 1 : undefined });
    }
}

function drift(world: World, { field, value, at }: Extract<ChangeOfAccount, { do: "drift" }>): void {
    const all = [...world.workspaces()];
    const [id, workspace] = all[at % Math.max(1, all.length)] ?? [];
    if (id === undefined || workspace === undefined) return;
    if (field === "gone") {
        world.service.account.remove("workspaces", id);
        return world.expectations.hide(id, "existence");
    }
    if (field === "key" || field === "storage-key" || field === "label") world.expectations.hide(id, field);
    const key = (prefix = "") => world.engines.a.entry(`${prefix}k${value}`)?.id;
    const uuid = "00000000-0000-4000-8000-000000000000";
    const tags = workspace["custom_tags"] as Record<string, string> | undefined;
    const fields = {
        key: { [KEY]: key() },
        "storage-key": { [STORAGE_KEY]: key("s-") },
        tag: { custom_tags: { ...tags, console: String(value) } },
        label: { workspace_name: `console-${value}` },
        connectivity: { network_connectivity_config_id: uuid },
        access: { private_access_settings_id: uuid },
    };
    world.service.account.change("workspaces", idOf(workspace), fields[field]);
}
