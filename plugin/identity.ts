import { movedStateError } from "../provider/contract/stack-origin";
import { formatOwner, isStackUuid, newStackUuid, ownerOfInputs } from "../provider/contract/ownership-tag";
import { getString, type Properties } from "../provider/util/property-path";
import type { ParsedUrn } from "./urn";

/** The inputs of the provider's resource that this package adds: the engine keeps them in the state, and hands them over in each run. */
const UUID = "stackUuid";
const STACK = "stackName";

/**
 * The identity of a stack, which the class `StackIdentity` keeps as a resource of its own: with a plugin it is in the inputs of the
 * provider's resource. Record 0041 says what that means.
 */
export function withIdentity(olds: Properties, news: Properties, stack: string, now: number): Record<string, unknown> {
    const known = getString(olds, UUID) ?? getString(news, UUID);
    return { ...news, [UUID]: isStackUuid(known) ? known : newStackUuid(now), [STACK]: stack };
}

/** Why a state may not be used: another stack made it, and the user has not said that it was renamed. */
export function movedStateProblem(olds: Properties, news: Properties, stack: string): string | undefined {
    const before = getString(olds, STACK);
    if (before === undefined || before === stack) return undefined;
    const [from, to] = namesOf(before, stack);
    const said = getString(news, "stackRenamedFrom");
    return said === from || said?.endsWith(`/${before}`) === true ? undefined : movedStateError({ from, to });
}

/** The names of two stacks as the CLI takes them: with their projects only if these differ. */
function namesOf(from: string, to: string): [string, string] {
    const [[project, name = ""], [otherProject, otherName = ""]] = [from.split("/"), to.split("/")];
    return project === otherProject ? [name, otherName] : [`organization/${from}`, `organization/${to}`];
}

/** The input `owner` of a resource. */
export function ownerOf({ name, parentUrn }: ParsedUrn, stack: string): string {
    return formatOwner({ stack, parentUrn, retained: false, resource: name });
}

/**
 * The identities of the stacks that resources have. One that exists keeps its own: the engine gives the default provider another name,
 * and with it a new identity, with each version of an SDK. So does one that is replaced, which is checked again as if it were new.
 */
export class StackIdentities {
    /** By the resource's URN. */
    private readonly known = new Map<string, string>();
    /** That of new resources. */
    current = "";

    of(urn: string, olds: Properties): string {
        const stack = ownerOfInputs(olds)?.stack ?? this.known.get(urn) ?? this.current;
        this.known.set(urn, stack);
        return stack;
    }
}
