import tseslint from "typescript-eslint";

import { rooms } from "./eslint-rooms.mjs";

export default tseslint.config(
    { ignores: ["dist/", "**/node_modules/", "**/*.mjs"] },
    ...tseslint.configs.strict,
    {
        rules: {
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
            // An internal overload beside the public one is left out of the published types.
            "@typescript-eslint/unified-signatures": "off",
        },
    },
    {
        files: ["sdk/**/*.ts", "provider/**/*.ts", "plugin/**/*.ts"],
        rules: {
            "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
        },
    },
    ...rooms,
    {
        files: ["test/**/*.ts"],
        rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/no-unused-expressions": "off" },
    },
);
