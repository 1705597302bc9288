"""What a catalogue teaches about itself: spellings, option words, the places in which titles vary."""
