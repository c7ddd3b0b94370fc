import type { Clock } from "../../provider/client/account-client";
import type { World } from "../../provider/session";

/** A clock that stands still but for those who sleep: a sleep of an hour is over at once. */
export class FakeClock implements Clock {
    private time = Date.now();
    readonly sleeps: number[] = [];
    now(): number {
        return this.time;
    }
    async sleep(milliseconds: number): Promise<void> {
        this.sleeps.push(milliseconds);
        this.time += milliseconds;
        await new Promise((resolve) => setImmediate(resolve));
    }
    random(): number {
        return 0.5;
    }
}

/** A world whose clock is fake and whose reports are kept. */
export function fakeWorld(
    environment: Record<string, string>,
    clock: Clock = new FakeClock(),
): { -readonly [Name in keyof World]: World[Name] } & { lines: string[] } {
    const lines: string[] = [];
    const line = (message: string) => void lines.push(message);
    return {
        environment: { HOME: "/nowhere", ...environment },
        clock,
        report: { warn: line, info: line, progress: line },
        engineRuns: async () => true,
        lines,
    };
}
