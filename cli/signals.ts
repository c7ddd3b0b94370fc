/** The signals that ask a command to end. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Keeps a second Ctrl-C, and a terminal that is closed, from ending the process before a command has ended what it began.
 * The function returned lets them again.
 *
 * @param notice is called at each of the signals
 */
export function holdSignals(notice: () => void): () => void {
    for (const signal of SIGNALS) process.on(signal, notice);
    return () => {
        for (const signal of SIGNALS) process.off(signal, notice);
    };
}
