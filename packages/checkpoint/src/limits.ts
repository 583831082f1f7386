/** How deep objects of a file may nest, as deep as Python's reader of MessagePack goes: whoever visits them may do so by recursion. */
export const deepestNesting = 512;
