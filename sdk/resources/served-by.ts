let isInPlugin = false;

/**
 * Makes the classes of this process register resources of the plugin: in the process in which the plugin runs the components for programs
 * in other languages. What a class tells its dynamic provider beside the arguments, the engine tells the plugin.
 */
export function serveByPlugin(): void {
    isInPlugin = true;
}

/** Whether the classes of this process register resources of the plugin, instead of dynamic resources. */
export function isServedByPlugin(): boolean {
    return isInPlugin;
}
