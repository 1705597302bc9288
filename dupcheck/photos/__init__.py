"""From picture files to numbers that say whether two photos are one.

::

    files           a name in a catalogue → a file inside its folder, or a problem
    remote          a web address → bytes, only when asked for
    arrivals        fetched pictures that a killed run has not got round to
    pictures        bytes → a small RGB picture, upright, on white; refuses what would not fit in memory
    borders         where a plain border, frame or padding of a picture ends
    phashes         pictures, or the spectra of their parts → 64-bit hashes
    records         what is known of a picture, in a record of fixed size
    fingerprints    pictures → records: hashes, thumbnails, colours, quality
    cache           records kept between runs, keyed by content, algorithm and version
    table           Photos: one row a distinct photo, as columns, and which listing shows which
    reading         a catalogue → Photos, and what was wrong with its files
    hamming         hashes within a few bits of one another, or of given ones
    layouts         two pictures → whether their colours lie in the same places, in a microsecond
    copies          which rows are one picture saved anew, so that one stands for all
    neighbours      which rows might be one photo, without comparing all of them
    alignment       where the one thumbnail lies on the other
    blocks          two thumbnails that lie on one another, compared block by block
    verification    two rows → how far apart, on aligned thumbnails; what was done to the photo
"""
