"""The user's own rows: what each family looks at in them, and the worst mistakes.

``results["examples"]`` is ``None`` (nothing to show, or ``--no-examples``) or

    {"about":    how these rows were picked, in a sentence or two
     "families": [VIEW, ...]       in the order shown; a family may have several, or none
     "mistakes": [MISTAKE, ...]}   the worst first

    VIEW     {"family":  name of a family, as in results["families"]
              "kind":    "saliency", "attention" or "filters"
              "method":  what a map is and how it was made, in a sentence, with its source
              "check":   {"passed": bool, "value": number or None, "text": a sentence}
              "items":   [ITEM, ...]}
    ITEM     {"title":       which row, such as "row 1,203"; for a filter its place, such as "layer 1, filter 5"
              "true":        the label, or the target with its unit, as text ("" where it does not matter)
              "predicted":   the same for the prediction
              "probability": of the predicted class, 0 to 1, or None
              "input":       INPUT, or None where a map speaks alone
              "maps":        [{"title": such as "saliency" or "head 2", "values": MAP}, ...]}
    MISTAKE  {"title", "true", "input": as above
              "said":        [{"family", "predicted", "probability": as above}, ...]
              "note":        a sentence, or ""}

A view whose check is not passed is named, with the check's ``text``, but not drawn. The check is the
randomisation of Adebayo et al. (2018), *Sanity Checks for Saliency Maps*: a map that stays the same when the
network's weights are replaced by random ones says nothing about what was learnt. ``value`` is the rank
correlation of the two maps.

INPUT by layout:

    {"kind": "image",  "pixels": H rows of W, each a brightness or [red, green, blue], whole numbers 0 to 255}
    {"kind": "series", "channels": C names, "values": C rows of T numbers or None}
    {"kind": "table",  "columns": F names, "values": F texts, as the user wrote them}
    {"kind": "text",   "words": T texts}

MAP has a sign (more than zero: speaks for the prediction; less: against it) or is nowhere below zero. It is
drawn on its own scale, so only its proportions count, by its number of axes:

    one axis    along the input: T numbers for series and text, F for a table; a series may have fewer (patches)
    two axes    a picture beside the input: H' rows of W' over the whole image (any H', W': pixels or patches);
                a filter (k rows of k; one row a channel for a series); queries by keys of attention

Inputs are drawn in full, so whoever fills this in keeps them small: images of at most 128 pixels a side,
at most 512 steps, 30 columns and 200 words, 8 items a view, 12 mistakes; numbers rounded to 4 digits.
"""
