import type { Caller } from "./callers";
import { appliesTo, isAboutAction } from "./document/evaluate";
import type { Statement } from "./document/parse";
import { matchesPattern } from "./document/patterns";
import { KMS_KEY_ACTIONS } from "./kms-actions";

/** A statement that allows something, with all that denies. Each is asked about for itself: one that lets somebody in is enough. */
export interface Permission {
    readonly allow: Statement;
    readonly denials: readonly Statement[];
}

/** What a policy allows, statement by statement, in the policy's order. */
export function permissionsOf(statements: readonly Statement[]): Permission[] {
    const denials = statements.filter(({ effect }) => effect === "Deny");
    return statements.flatMap((allow) => (allow.effect === "Allow" ? [{ allow, denials }] : []));
}

/** The actions that a statement may allow a caller, and that nothing surely denies. */
export function allowedActions({ allow, denials }: Permission, caller: Caller): string[] {
    if (appliesTo(allow, caller) === false) return [];
    const effective = denials.filter((denial) => appliesTo(denial, caller) === true);
    return KMS_KEY_ACTIONS.filter(
        (action) => isAboutAction(allow, action) && !effective.some((denial) => isAboutAction(denial, action)),
    );
}

/** Whether an action is one of those that patterns stand for. */
export function isAmong(patterns: readonly string[], action: string): boolean {
    return patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()));
}

/** The actions of a statement as it writes them; of a list, those that lead to some of these actions. */
export function actionsOf(statement: Statement, among: readonly string[] = KMS_KEY_ACTIONS): string {
    const { negated, patterns } = statement.actions;
    if (negated) return `do everything but ${patterns.join(", ")} (NotAction)`;
    return patterns.filter((pattern) => among.some((action) => isAmong([pattern], action))).join(", ");
}

/** The principals of a statement that are of type AWS; none of one that says to whom it does not apply. */
export function awsPrincipals({ principals: { negated, principals } }: Statement): string[] {
    return negated ? [] : principals.flatMap(({ type, value }) => (type === "AWS" ? [value] : []));
}
