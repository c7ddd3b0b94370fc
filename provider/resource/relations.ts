import type { ObjectType } from "../contract/kinds";
import type { Session } from "../runtime/session";
import type { ObjectDefinition } from "./definition";
import type { OutputContext } from "./mapping";

/** A kind of object, in one account. */
export interface KindInAccount {
    readonly definition: ObjectDefinition;
    readonly session: Session;
    readonly relations: Relations;
    readonly context: OutputContext;
}

/** Which kinds there are, and which of them refer to which: all of it follows from the inputs that `references` marks. */
export class Relations {
    private readonly users = new Map<ObjectDefinition, readonly ObjectDefinition[]>();

    constructor(private readonly kinds: Readonly<Record<ObjectType, { readonly definition: ObjectDefinition }>>) {}

    /** The definition of a kind. */
    definitionOf(type: ObjectType): ObjectDefinition {
        return this.kinds[type].definition;
    }

    /** The kinds whose objects can name one of this kind by its id. */
    usersOf(definition: ObjectDefinition): readonly ObjectDefinition[] {
        const known = this.users.get(definition);
        if (known !== undefined) return known;
        const refersTo = ({ fields }: ObjectDefinition) =>
            Object.values(fields).some(
                ({ references }) => references !== undefined && this.definitionOf(references) === definition,
            );
        const users = Object.values(this.kinds).flatMap((kind) => (refersTo(kind.definition) ? [kind.definition] : []));
        this.users.set(definition, users);
        return users;
    }
}
