// Loaded into the Node.js processes of a profiled `pulumi up` (NODE_OPTIONS=--require): writes the CPU profile of the
// program and that of the dynamic providers. The engine ends the providers with a signal, at which Node.js' own
// --cpu-prof writes nothing.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";

const role = /[/\\]cmd[/\\](run|dynamic-provider)([/\\]index\.js)?$/.exec(process.argv[1] ?? "")?.[1];
const folder = process.env["PROFILE_FOLDER"];
if (role !== undefined && folder !== undefined) profile(join(folder, `${role}-${process.pid}.cpuprofile`));

function profile(file: string): void {
    const session = new Session();
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.start");
    process.once("exit", () => {
        session.post("Profiler.stop", (error, { profile }) => {
            if (error === null) writeFileSync(file, JSON.stringify(profile));
        });
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
}
