import type { ObjectDefinition } from "../provider/resource/definition";
import { getPath, type Properties, setPath, UNKNOWN } from "../provider/util/property-path";

/** What is known of an object before it is created: its inputs; what the service chooses or says is not. */
export function previewOfCreate(definition: ObjectDefinition, inputs: Properties, accountId: string) {
    const outputs: Record<string, unknown> = structuredClone({ accountId, ...inputs });
    const chosen = Object.entries(definition.fields).flatMap(([path, { computed }]) =>
        computed === true ? [path] : [],
    );
    for (const path of [
        ...chosen,
        ...Object.keys(definition.outputs),
        ...derivedOutputs(definition),
        definition.idField,
    ])
        if (getPath(outputs, path) === undefined) setPath(outputs, path, UNKNOWN);
    return outputs;
}

/** What is known of an object before an update in place: what it is now, with the inputs of the program. */
export function previewOfUpdate(definition: ObjectDefinition, olds: Properties, news: Properties) {
    const outputs: Record<string, unknown> = structuredClone({ ...olds });
    for (const path of Object.keys(definition.fields)) setPath(outputs, path, getPath(news, path));
    return outputs;
}

/** The outputs that follow from others. */
function derivedOutputs({ derive }: ObjectDefinition): string[] {
    return Object.keys(derive?.({ deploymentName: "name" }, {}, "https://accounts.cloud.databricks.com") ?? {});
}
