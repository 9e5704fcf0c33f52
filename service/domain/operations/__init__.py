"""Operations: writes that are neither purchase nor return, so that every entry has its record."""
