import { NoResponseError } from "../../api/errors";
import { requireOtherObject } from "../other-object";
import type { MigrationContext } from "../pass";
import { type SqlFields, type SqlObject, WorkspaceSql } from "../workspace-sql";
import { type Lacking, lackingOf, WorkspaceVisualizations } from "../workspace-visualizations";
import type { Description, ListedKind } from "./listed";
import { nameOnceStarted } from "./paused-schedules";
import type { SqlKind } from "./sql";

/** How often one is asked for whose creation had no response, and how long to wait before a look, in milliseconds. */
const [ATTEMPTS, PAUSE] = [4, 5_000];

/** How objects of the old workspace are to be in the new one. */
export interface SqlForm {
    /** Whom the requests come from. */
    readonly caller: string;
    /**
     * @param idOf the id in the new workspace of another object of the kind.
     * @param there what the new workspace has of it.
     */
    wanted(source: SqlObject, idOf: (id: string) => string | undefined, there?: SqlObject): WantedSql;
    /** Whether what somebody wrote is the same. */
    isWritten(wanted: WantedSql, target: SqlObject): boolean;
    /** Whether everything else is, as far as it can be set. */
    isSet(wanted: WantedSql, target: SqlObject): boolean;
    /** Why one is not the same although all that can be set is; `undefined`: it is. */
    loss(source: SqlObject, target: SqlObject): string | undefined;
}

/** One as it is to be in the new workspace. */
export interface WantedSql {
    readonly fields: SqlFields;
    /** The fields with which it is made, if those are others. */
    readonly first: SqlFields;
    /** Why it cannot be made yet. */
    readonly waitsFor?: string;
}

/** A query or an alert, and where it is or is to be in the new workspace. */
export interface PlacedSql {
    readonly object: SqlObject;
    readonly place: string;
}

/** Copies queries, or alerts. Names and folders tell them apart: a folder has one of a name. */
export class SqlCopy implements ListedKind<PlacedSql> {
    readonly finding;
    private readonly client: WorkspaceSql;
    private targets: ReadonlyMap<string, PlacedSql> = new Map();
    private readonly placeById: ReadonlyMap<string, string>;

    constructor(
        private readonly kind: SqlKind,
        private readonly context: MigrationContext,
        private readonly sources: readonly SqlObject[],
        private readonly form: SqlForm,
        /** Is told the places at which one was made. */
        private readonly made: Set<string>,
    ) {
        this.finding = kind.name;
        this.client = new WorkspaceSql(context.to.requests, kind.api);
        this.placeById = new Map(sources.map((source) => [source.id, this.placeOf(source)]));
    }

    listSource = (): Promise<readonly PlacedSql[]> =>
        Promise.resolve(this.sources.map((object) => ({ object, place: this.placeOf(object) })));

    listTarget = async (): Promise<readonly PlacedSql[]> => {
        const all = (await this.client.all()).map((object) => ({ object, place: placeIn(object) }));
        this.targets = new Map(all.map((one) => [one.place, one]));
        return all;
    };

    keyOf = ({ place }: PlacedSql): string => place;

    isEqual = ({ object: source, place }: PlacedSql, { object: target }: PlacedSql): boolean => {
        requireOtherObject(source.id, target, place);
        if (nameOnceStarted(target.name).waitsFor.length > 0) this.context.paused.add(target.id);
        const wanted = this.wanted(source);
        const isSame = wanted.waitsFor === undefined && this.form.isWritten(wanted, target);
        if (lackingOf(source.visualizations, target.visualizations).length > 0) return false;
        return isSame && this.form.isSet(wanted, target) && this.form.loss(source, target) === undefined;
    };

    isCopiedAgain = ({ object: { updatedAt } }: PlacedSql): boolean => {
        const { settled } = this.context.options;
        return settled === undefined || updatedAt === undefined || updatedAt > settled.at;
    };

    obstacle = ({ object: source }: PlacedSql, target: PlacedSql | undefined): string | undefined => {
        const { noun, name } = this.kind;
        if (source.folder === undefined)
            return `the service does not say in which folder it is: make it by hand, or accept "${name}".`;
        const wanted = this.wanted(source);
        if (target === undefined || wanted.waitsFor !== undefined) return wanted.waitsFor;
        if (!this.form.isWritten(wanted, target.object))
            return this.isCopy(source, target.object)
                ? undefined
                : `the new workspace has another ${noun} of this name, which may be somebody's work: it was not overwritten. Delete one of the two, or accept "${name}".`;
        const lacking = lackingOf(source.visualizations, target.object.visualizations);
        const other = lacking.find((one) => !this.mayWrite(one))?.wanted;
        if (other !== undefined)
            return `its visualization ${other.fields.display_name ?? other.id} is another one in the new workspace, which may be somebody's work: it was not overwritten. Delete one of the two, or accept "${name}".`;
        const isSet = lacking.length === 0 && this.form.isSet(wanted, target.object);
        return isSet ? this.form.loss(source, target.object) : undefined;
    };

    copy = async ({ object: source, place }: PlacedSql, target: PlacedSql | undefined): Promise<void> => {
        const wanted = this.wanted(source);
        if (target === undefined) this.made.add(place);
        const there = target?.object ?? (await this.make(source, place, wanted));
        if (there === undefined) return;
        await this.copyVisualizations(source, there);
        if (this.form.isWritten(wanted, there) && this.form.isSet(wanted, there)) return;
        const { fields } = this.wanted(source, there);
        await this.client.update(there.id, fields, Object.keys(fields));
    };

    describe = ({ object }: PlacedSql): Description => {
        const { type, name } = this.kind;
        return {
            subject: { path: placeIn(object), typeName: type.typeName },
            countName: name,
            difference: `it is not in the new workspace as in the old one. Make it so there, or accept "${name}".`,
        };
    };

    /** Those that both workspaces have alike. */
    get equal(): { readonly source: SqlObject; readonly target: SqlObject }[] {
        return this.sources.flatMap((source) => {
            const target = this.targets.get(this.placeOf(source));
            if (target === undefined || !this.isEqual({ object: source, place: "" }, target)) return [];
            return [{ source, target: target.object }];
        });
    }

    private wanted(source: SqlObject, there?: SqlObject): WantedSql {
        return this.form.wanted(source, (id) => this.targets.get(this.placeById.get(id) ?? "")?.object.id, there);
    }

    /** One is not to be there twice: looks before it asks again. */
    private async make(source: SqlObject, place: string, { fields, first }: WantedSql): Promise<SqlObject | undefined> {
        const parent_path = this.context.homes.placeOf(source.folder ?? "/");
        const find = async () => (await this.client.all()).find((one) => placeIn(one) === place);
        return this.untilKnown(async (isFirst) => {
            const found = isFirst ? undefined : await find();
            return found ?? (await this.client.create({ ...fields, ...first, parent_path })) ?? (await find());
        });
    }

    private async copyVisualizations(source: SqlObject, { id }: SqlObject): Promise<void> {
        if (source.visualizations.length === 0) return;
        const client = new WorkspaceVisualizations(this.context.to.requests);
        await this.untilKnown(async () => {
            for (const one of lackingOf(source.visualizations, await client.of(id))) {
                const { wanted, found } = one;
                if (found === undefined) await client.create(id, wanted.fields);
                else if (this.mayWrite(one)) await client.update(found.id, wanted.fields);
            }
        });
    }

    /** If a response is lost, repeats what looks before it asks again. */
    private async untilKnown<Result>(run: (isFirst: boolean) => Promise<Result>): Promise<Result> {
        for (let attempt = 1; ; attempt++) {
            try {
                return await run(attempt === 1);
            } catch (error) {
                if (!(error instanceof NoResponseError) || !error.mayHaveApplied || attempt === ATTEMPTS) throw error;
                await this.context.clock.sleep(PAUSE);
            }
        }
    }

    /** Whether a visualization is missing, or there is nothing but an older copy of it. */
    private mayWrite({ wanted, found }: Lacking): boolean {
        return found === undefined || this.isOlder(wanted, found);
    }

    /** Whether the one of the new workspace is nothing but an older copy. */
    private isCopy(source: SqlObject, target: SqlObject): boolean {
        const { modifier } = target;
        if (!this.isOlder(source, target)) return false;
        return modifier === undefined || modifier.toLowerCase() === this.form.caller.toLowerCase();
    }

    private isOlder(source: Pick<SqlObject, "updatedAt">, { updatedAt }: Pick<SqlObject, "updatedAt">): boolean {
        const { inUseSince } = this.context.options;
        if (updatedAt === undefined || source.updatedAt === undefined || source.updatedAt < updatedAt) return false;
        return inUseSince === undefined || updatedAt <= inUseSince;
    }

    private placeOf(source: SqlObject): string {
        return this.context.homes.placeOf(placeIn(source));
    }
}

/** Where one is, by the name that it has once it has started. */
export function placeIn({ folder = "", name }: SqlObject): string {
    return `${folder === "/" ? "" : folder}/${nameOnceStarted(name).name ?? ""}`;
}
