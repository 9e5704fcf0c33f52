"""Operations: writes that are neither purchase nor return, so that every entry has its record.

An undo is one of them and names what it undoes, once for each holder.
"""
