import type { ApiError } from "../api/errors";
import type { CreateRequest } from "./create";
import { labelOf } from "./ownership";

/** Waits before a create is sent again that was refused because AWS does not show Databricks a role or bucket yet. */
export async function waitForPropagation(
    { definition, session, inputs }: CreateRequest,
    error: ApiError,
    waits: number,
    end: number,
): Promise<void> {
    const { clock, report } = session;
    const left = Math.round((end - clock.now()) / 1000);
    report.progress(
        `${labelOf(definition, inputs)}: waiting until Databricks can use the fresh role or bucket, at most ${left} s more (${error.detail})`,
    );
    await clock.sleep(Math.min(1000 * 2 ** waits, 10_000, end - clock.now()));
}

/**
 * The refusal of a create after the whole wait, with what to do. If each refusal named the same failed checks, the role or
 * bucket is seen, and lacks them; if they name none, or others each time, it may still not be seen.
 */
export function propagationError(error: ApiError, refusals: readonly string[], timeout: number): ApiError {
    const missing = failedChecks(error.detail);
    const seconds = timeout / 1000;
    return error.withRemedy(
        missing !== undefined && refusals.every((detail) => failedChecks(detail) === missing)
            ? `Each of ${refusals.length} refusals in ${seconds} s named the same checks, so the role or bucket most likely lacks permissions, which no wait gives it: check its policy for "${missing}", then run the command again.`
            : `Databricks could not use the role or the bucket for ${seconds} s: check its policy, then run the command again. databricks:validationTimeoutSeconds allows a longer wait.`,
    );
}

/** The checks that a refusal names; `undefined` if it only says that something is not right. */
function failedChecks(detail: string): string | undefined {
    const [, list = ""] = /validation\s+checks?\s*:\s*(.+)$/is.exec(detail) ?? [];
    const isSentence = /\b(please|cannot|could not|not (visible|found|seen)|does not exist|yet)\b/i.test(list);
    return list === "" || isSentence ? undefined : list.replace(/[.\s]+$/, "");
}
