import { UUID } from "../contract/forms";
import type { Principal } from "./content";

/** A home and everything below it. */
const HOME = /^\/Users\/[^/]+/;

/** Where the homes of the old workspace are in the new one. Each kind of one migration sees the same. */
export class Homes {
    private readonly places = new Map<string, string>();
    private readonly former = new Set<string>();
    private readonly left = new Set<string>();

    /** A home has another path in the new workspace. */
    moveTo(home: string, place: string): void {
        this.places.set(home, place);
    }

    /** A home of somebody who has left goes to this path. */
    keepFormer(home: string, place: string): void {
        this.places.set(home, place);
        this.former.add(home);
    }

    /** A home stays behind, which is a finding already. */
    leave(home: string): void {
        this.left.add(home);
    }

    /** The path in the new workspace of something in the old one. */
    placeOf(path: string): string {
        const [home = ""] = HOME.exec(path) ?? [];
        const place = this.places.get(home);
        return place === undefined ? path : `${place}${path.slice(home.length)}`;
    }

    /** Whether a path has another one in the new workspace. */
    isMoved(path: string): boolean {
        return this.placeOf(path) !== path;
    }

    /** Whether something belongs to somebody who has left: nobody but admins sees it in the new workspace. */
    isFormer(path: string): boolean {
        return this.former.has(HOME.exec(path)?.[0] ?? "");
    }

    isLeft(home: string): boolean {
        return this.left.has(home);
    }
}

/** The owner of a home folder, whose name is that of its user or service principal. */
export function ownerOfHome(path: string): Principal {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isId = UUID.test(name);
    return { kind: isId ? "service_principal_name" : "user_name", name };
}
