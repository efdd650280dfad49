"""Papers that can be kept: an agreement as a PDF, in Latin and Arabic script."""
