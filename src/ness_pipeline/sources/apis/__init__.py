"""What sources share about the APIs of GBIF and the IUCN Red List: questions asked exactly, codes, names, traps."""
