/* How often each word comes in the unit's input. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 65536
#define MAX_LETTERS 63

struct entry {
    char word[MAX_LETTERS + 1];
    long count;
};

static struct entry *entries;
static size_t used;

static int by_word(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->word, ((const struct entry *)b)->word);
}

static void add(const char *word)
{
    for (size_t i = 0; i < used; i++) {
        if (strcmp(entries[i].word, word) == 0) {
            entries[i].count++;
            return;
        }
    }
    if (used == MAX_WORDS) {
        fprintf(stderr, "more than %d words\n", MAX_WORDS);
        exit(1);
    }
    strcpy(entries[used].word, word);
    entries[used++].count = 1;
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: %s INPUT\n", argv[0]);
        return 1;
    }
    entries = calloc(MAX_WORDS, sizeof *entries);
    char word[MAX_LETTERS + 1];
    size_t length = 0;
    for (int c; c = fgetc(file), c != EOF || length > 0;) {
        if (c != EOF && c < 128 && isalpha(c)) {
            if (length < MAX_LETTERS)
                word[length++] = (char)tolower(c);
        } else if (length > 0) {
            word[length] = 0;
            add(word);
            length = 0;
        }
    }
    qsort(entries, used, sizeof *entries, by_word);
    fprintf(stderr, "shoal:progress 1 counted\n");
    for (size_t i = 0; i < used; i++)
        printf("%s,%ld\n", entries[i].word, entries[i].count);
    return 0;
}
