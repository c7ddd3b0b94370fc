/* eslint-disable @typescript-eslint/no-require-imports -- a static import would load it with the provider */

/**
 * The code that reads and writes what is in workspaces: a third of the provider's files, and most runs need none of it. Each part is
 * loaded at its first use.
 */
export const onDemand = {
    get connection(): typeof import("./connection") {
        return require("./connection");
    },
    get inventory(): typeof import("./inventory") {
        return require("./inventory");
    },
    get migration(): typeof import("./migration") {
        return require("./migration");
    },
    get pausedSchedules(): typeof import("./kinds/paused-schedules") {
        return require("./kinds/paused-schedules");
    },
    get table(): typeof import("./kinds/table") {
        return require("./kinds/table");
    },
};
