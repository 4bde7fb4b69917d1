# How often each word comes in the unit's input.
import shoal

counts = {}
for line in shoal.lines():
    word = ""
    for letter in line.lower() + " ":
        if "a" <= letter <= "z":
            word += letter
        elif word:
            counts[word] = counts.get(word, 0) + 1
            word = ""
shoal.progress(1, "counted")
for word in sorted(counts):
    print("%s,%d" % (word, counts[word]))
