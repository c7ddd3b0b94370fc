/** A migration ends before it is complete; what is there stays, and the next run goes on. */
export class MigrationStoppedError extends Error {}

/** Somebody cancelled the command: nothing more is begun. */
export function cancelledError(): MigrationStoppedError {
    return new MigrationStoppedError("it was cancelled. The next `pulumi up` goes on from here.");
}
